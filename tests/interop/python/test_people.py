"""Authlib signs a person in: code with PKCE, the ID token checked by joserfc, userinfo, refresh."""

import os
import subprocess
import unittest
import uuid
from pathlib import Path

import requests
from authlib.common.security import generate_token
from authlib.integrations.base_client import OAuthError
from authlib.integrations.requests_client import OAuth2Session
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.jwk import KeySet

from gatepost import ISSUER, application

# Authlib refuses plain http; here the server is on loopback.
os.environ["AUTHLIB_INSECURE_TRANSPORT"] = "1"

CALLBACK = "https://www.example.com/oauth/callback"
PERSON = Path(__file__).parent.parent / "person.mjs"


def sign_in(email, start):
    """The address that the application is called back at."""
    person = subprocess.run(["node", PERSON, email, start, CALLBACK], check=True, capture_output=True, text=True)
    return person.stdout.strip()


class SignIn(unittest.TestCase):
    def setUp(self):
        self.metadata = requests.get(f"{ISSUER}/.well-known/openid-configuration").json()
        app = application("python-web")
        self.session = OAuth2Session(
            app["client_id"],
            app["client_secret"],
            scope="openid email offline_access",
            redirect_uri=CALLBACK,
            code_challenge_method="S256",
            token_endpoint=self.metadata["token_endpoint"],
        )
        self.addCleanup(self.session.close)
        self.email = f"{uuid.uuid4()}@example.com"
        self.nonce = generate_token()
        self.verifier = generate_token(48)

    def answer(self):
        start, self.state = self.session.create_authorization_url(
            self.metadata["authorization_endpoint"], nonce=self.nonce, code_verifier=self.verifier
        )
        return sign_in(self.email, start)

    def tokens(self, **changed):
        arguments = {"authorization_response": self.answer(), "code_verifier": self.verifier, "state": self.state}
        return self.session.fetch_token(self.metadata["token_endpoint"], **{**arguments, **changed})

    def test_the_id_token_is_valid_and_names_the_person(self):
        tokens = self.tokens()
        keys = KeySet.import_key_set(requests.get(self.metadata["jwks_uri"]).json())
        token = jwt.decode(tokens["id_token"], keys, algorithms=self.metadata["id_token_signing_alg_values_supported"])
        claims = CodeIDToken(
            token.claims,
            token.header,
            options={
                "iss": {"essential": True, "value": ISSUER},
                "aud": {"essential": True, "value": self.session.client_id},
                "nonce": {"essential": True, "value": self.nonce},
            },
            params={"client_id": self.session.client_id, "nonce": self.nonce, "access_token": tokens["access_token"]},
        )
        claims.validate(leeway=60)
        self.assertIn("at_hash", claims)

        info = self.session.get(self.metadata["userinfo_endpoint"]).json()
        self.assertEqual(info["sub"], claims["sub"])
        self.assertEqual(info["email"], self.email)

    def test_a_refresh_token_renews_the_session(self):
        first = dict(self.tokens())
        second = self.session.refresh_token(self.metadata["token_endpoint"])
        self.assertNotEqual(second["access_token"], first["access_token"])
        self.assertNotEqual(second["refresh_token"], first["refresh_token"])

    def test_a_wrong_verifier_is_invalid_grant(self):
        with self.assertRaises(OAuthError) as refused:
            self.tokens(code_verifier=generate_token(48))
        self.assertEqual(refused.exception.error, "invalid_grant")

    def test_a_revoked_refresh_token_is_dead(self):
        tokens = dict(self.tokens())
        answer = self.session.revoke_token(self.metadata["revocation_endpoint"], token=tokens["refresh_token"])
        self.assertEqual(answer.status_code, 200)
        with self.assertRaises(OAuthError) as refused:
            self.session.refresh_token(self.metadata["token_endpoint"], refresh_token=tokens["refresh_token"])
        self.assertEqual(refused.exception.error, "invalid_grant")
