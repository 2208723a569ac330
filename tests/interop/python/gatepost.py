"""What the tests know of the server: its address, and the applications that `run` registered."""

import json
import os
from pathlib import Path

ISSUER = os.environ["ISSUER"]
TOKEN_URL = f"{ISSUER}/token"
JWKS_URL = f"{ISSUER}/.well-known/jwks.json"
FOLDER = Path(os.environ["INTEROP_DIR"])


def application(name):
    """The answer of `gatepost app create --json`: client_id, client_secret and more."""
    return json.loads((FOLDER / f"{name}.json").read_text())
