"""Authlib gets tokens, in every way an application can prove who it is."""

import os
import unittest

from authlib.integrations.base_client import OAuthError
from authlib.integrations.requests_client import OAuth2Session
from authlib.oauth2.rfc7523 import PrivateKeyJWT

from gatepost import FOLDER, ISSUER, TOKEN_URL, application

# Authlib refuses plain http; here the server is on loopback.
os.environ["AUTHLIB_INSECURE_TRANSPORT"] = "1"


class ClientCredentials(unittest.TestCase):
    def setUp(self):
        self.app = application("python-service")

    def session(self, **more):
        arguments = {"client_id": self.app["client_id"], "client_secret": self.app["client_secret"], **more}
        session = OAuth2Session(**arguments)
        self.addCleanup(session.close)
        return session

    def test_both_places_for_the_secret_are_accepted(self):
        for method in ("client_secret_basic", "client_secret_post"):
            with self.subTest(method):
                session = self.session(token_endpoint_auth_method=method, scope="reports/read")
                token = session.fetch_token(TOKEN_URL, grant_type="client_credentials")
                self.assertEqual(token["token_type"], "Bearer")
                self.assertEqual(token["expires_in"], 600)
                self.assertEqual(token["scope"], "reports/read")

    def test_no_scope_means_all_default_scopes(self):
        token = self.session().fetch_token(TOKEN_URL, grant_type="client_credentials")
        self.assertEqual(token["scope"], "reports/read reports/write")

    def test_a_wrong_secret_is_invalid_client(self):
        session = self.session(client_secret="wrong")
        with self.assertRaises(OAuthError) as refused:
            session.fetch_token(TOKEN_URL, grant_type="client_credentials")
        self.assertEqual(refused.exception.error, "invalid_client")

    def test_a_signed_assertion_stands_for_the_secret(self):
        """Authlib's default audience is the token endpoint; only the issuer cannot be mistaken for another server's."""
        session = self.session(
            client_id=application("python-key-holder")["client_id"],
            client_secret=(FOLDER / "python-key-holder.pem").read_text(),
            token_endpoint_auth_method=PrivateKeyJWT(claims={"aud": ISSUER}, headers={"kid": "interop-python"}),
        )
        token = session.fetch_token(TOKEN_URL, grant_type="client_credentials")
        self.assertEqual(token["scope"], "reports/read")
