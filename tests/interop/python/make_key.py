"""Makes the key of the application that signs its own assertions: python make_key.py FOLDER"""

import json
import sys
from pathlib import Path

from joserfc.jwk import KeySet, RSAKey

folder = Path(sys.argv[1])
key = RSAKey.generate_key(2048, {"kid": "interop-python", "alg": "RS256", "use": "sig"})
(folder / "python-key-holder.jwks").write_text(json.dumps(KeySet([key]).as_dict(private=False)))
(folder / "python-key-holder.pem").write_bytes(key.as_pem(private=True))
