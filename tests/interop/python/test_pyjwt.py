"""A resource server on PyJWT that knows nothing but the address of the key set."""

import unittest

import jwt
import requests

from gatepost import ISSUER, JWKS_URL, TOKEN_URL, application


class KeySet(unittest.TestCase):
    def setUp(self):
        self.app = application("python-service")
        answer = requests.post(
            TOKEN_URL,
            auth=(self.app["client_id"], self.app["client_secret"]),
            data={"grant_type": "client_credentials"},
            timeout=10,
        )
        answer.raise_for_status()
        self.token = answer.json()["access_token"]
        self.key = jwt.PyJWKClient(JWKS_URL).get_signing_key_from_jwt(self.token)

    def decode(self, audience):
        return jwt.decode(
            self.token,
            self.key,
            algorithms=["RS256"],
            issuer=ISSUER,
            audience=audience,
            options={"require": ["exp", "iat", "jti"]},
        )

    def test_a_token_verifies_with_nothing_but_the_key_set(self):
        claims = self.decode(audience=self.app["client_id"])
        self.assertEqual(claims["scope"], "reports/read reports/write")
        self.assertEqual(claims["exp"] - claims["iat"], 600)

    def test_it_does_not_verify_for_another_audience(self):
        with self.assertRaises(jwt.InvalidAudienceError):
            self.decode(audience="https://api.example.com")
