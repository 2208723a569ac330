# pip install 'PyJWT[crypto]'
# ISSUER=https://auth.example.com AUDIENCE=… TOKEN=… python verify.py
import os

import jwt

issuer, audience, token = os.environ["ISSUER"], os.environ["AUDIENCE"], os.environ["TOKEN"]

# Make it once and keep it: it caches the keys and fetches them again when a token names one it does not know.
keys = jwt.PyJWKClient(f"{issuer}/.well-known/jwks.json")

claims = jwt.decode(
    token,
    keys.get_signing_key_from_jwt(token),
    algorithms=["RS256"],
    issuer=issuer,
    audience=audience,  # the application's client_id, unless it asks for another audience
)
print(f"{claims['client_id']} may {claims['scope']} until {claims['exp']}")
