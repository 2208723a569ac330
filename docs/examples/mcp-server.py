# pip install 'mcp>=2' 'PyJWT[crypto]'
# ISSUER=http://localhost:8080 RESOURCE=http://localhost:3000/mcp python mcp-server.py
import os
from collections import defaultdict
from urllib.parse import urlsplit

import anyio
import jwt
from mcp.server.auth.middleware.auth_context import get_access_token
from mcp.server.auth.provider import AccessToken
from mcp.server.auth.settings import AuthSettings
from mcp.server.mcpserver import MCPServer
from mcp.server.transport_security import TransportSecuritySettings

issuer = os.environ.get("ISSUER", "http://localhost:8080")
resource = os.environ.get("RESOURCE", "http://localhost:3000/mcp")

# The keys are cached, and fetched again when a token names one that is not among them.
keys = jwt.PyJWKClient(f"{issuer}/.well-known/jwks.json")


def verified(token: str) -> AccessToken | None:
    try:
        if jwt.get_unverified_header(token).get("typ") != "at+jwt":
            return None  # an ID token is no access token
        key = keys.get_signing_key_from_jwt(token)
        claims = jwt.decode(
            token,
            key,
            algorithms=[key.algorithm_name],  # that of the published key, not of the token
            issuer=issuer,
            audience=resource,  # a token for another API is none of ours
            options={"require": ["exp"]},
        )
    except jwt.PyJWKClientConnectionError:
        raise  # the keys cannot be fetched, which says nothing about the token
    except (jwt.InvalidTokenError, jwt.PyJWKClientError):
        return None
    return AccessToken(
        token=token,
        client_id=claims["client_id"],
        scopes=claims.get("scope", "").split(),
        expires_at=claims["exp"],
        resource=resource,
        subject=claims["sub"],
    )


class Verifier:
    async def verify_token(self, token: str) -> AccessToken | None:
        return await anyio.to_thread.run_sync(verified, token)


server = MCPServer(
    "notes",
    token_verifier=Verifier(),
    # Tells clients that tokens come from Gatepost, and which scopes to ask for (RFC 9728).
    auth=AuthSettings(
        issuer_url=issuer,
        resource_server_url=resource,
        required_scopes=["notes:read", "notes:write"],
        validate_token_resource=True,
    ),
)

# The notes of each person, by the sub of their tokens.
notes: dict[str, list[str]] = defaultdict(list)


@server.tool()
def list_notes() -> str:
    """Lists your notes"""
    return "\n".join(notes[get_access_token().subject]) or "No notes yet"


@server.tool()
def add_note(note: str) -> str:
    """Adds a note"""
    notes[get_access_token().subject].append(note)
    return "Added"


where = urlsplit(resource)
server.run(
    "streamable-http",
    port=int(os.environ.get("PORT", "3000")),
    streamable_http_path=where.path,
    transport_security=TransportSecuritySettings(allowed_hosts=[where.netloc]),
)
