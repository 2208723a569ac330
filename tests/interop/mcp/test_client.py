"""The client of the official SDK for Python: it finds Gatepost, registers itself or is registered, and signs a person in."""

import asyncio
import base64
import json
import os
import pathlib
import unittest
import urllib.parse
import uuid

import anyio
import httpx2
from mcp import Client
from mcp.client.auth import OAuthClientProvider
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.auth import AuthorizationCodeResult, OAuthClientInformationFull, OAuthClientMetadata

ISSUER, RESOURCE, EXAMPLE = os.environ["ISSUER"], os.environ["RESOURCE"], os.environ["EXAMPLE"]
REDIRECT_URI = "http://localhost:3334/oauth/callback"
PERSON = pathlib.Path(__file__).parent.parent / "person.mjs"


class Keeper:
    """What the client keeps; and the person, who is one program that prints where it ended."""

    def __init__(self, client_id=None, document=None):
        self.tokens = None
        self.document = document
        self.email = f"{uuid.uuid4()}@example.com"
        self.asked = []
        self.client = client_id and OAuthClientInformationFull(
            client_id=client_id, token_endpoint_auth_method="none", redirect_uris=[REDIRECT_URI]
        )

    async def get_tokens(self):
        return self.tokens

    async def set_tokens(self, tokens):
        self.tokens = tokens

    async def get_client_info(self):
        return self.client

    async def set_client_info(self, client):
        self.client = client

    async def go(self, address):
        self.asked.append(dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(address).query)))
        command = ["node", PERSON, self.email, address, REDIRECT_URI]
        ended = await anyio.run_process(command, check=False)
        if ended.returncode != 0:
            raise AssertionError(ended.stderr.decode())
        self.answer = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(ended.stdout.decode().strip()).query))

    async def come_back(self):
        return AuthorizationCodeResult(code=self.answer["code"], state=self.answer["state"], iss=self.answer["iss"])

    def provider(self):
        metadata = OAuthClientMetadata(
            client_name="Notebook", redirect_uris=[REDIRECT_URI], token_endpoint_auth_method="none"
        )
        return OAuthClientProvider(
            RESOURCE, metadata, self, self.go, self.come_back, client_metadata_url=self.document
        )


def claims_of(token):
    payload = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))


class PythonClient(unittest.IsolatedAsyncioTestCase):
    async def asyncSetUp(self):
        asyncio.get_running_loop().set_debug(False)

    async def use(self, keeper, then=None):
        provider = keeper.provider()
        async with (
            httpx2.AsyncClient(auth=provider, timeout=60) as http,
            Client(streamable_http_client(RESOURCE, http_client=http)) as client,
        ):
            tools = [tool.name for tool in (await client.list_tools()).tools]
            self.assertEqual(tools, ["list_notes", "add_note"])
            added = await client.call_tool("add_note", {"note": "Buy milk"})
            self.assertFalse(added.is_error, added)
            await self.assert_noted(client)
            if then:
                await then(client, provider)

    async def assert_noted(self, client):
        listed = await client.call_tool("list_notes", {})
        self.assertEqual(listed.content[0].text, "Buy milk")

    async def test_it_registers_itself_and_the_person_consents(self):
        keeper = Keeper()
        await self.use(keeper)
        claims = claims_of(keeper.tokens.access_token)
        self.assertEqual(claims["aud"], RESOURCE)
        self.assertEqual(claims["client_id"], keeper.client.client_id)
        self.assertEqual({asked["resource"] for asked in keeper.asked}, {RESOURCE})
        # It asks for a refresh token by itself.
        self.assertTrue(all("offline_access" in asked["scope"] for asked in keeper.asked))
        self.assertIsNotNone(keeper.tokens.refresh_token)
        # The example in TypeScript wants more scope for one of its tools, and gets it.
        self.assertEqual(len(keeper.asked), 2 if EXAMPLE == "typescript" else 1)

    async def test_a_token_that_has_expired_is_renewed_without_the_person(self):
        keeper = Keeper()

        async def expire(client, provider):
            before, asked = keeper.tokens, len(keeper.asked)
            provider.context.token_expiry_time = 1
            await self.assert_noted(client)
            self.assertNotEqual(keeper.tokens.refresh_token, before.refresh_token)
            self.assertEqual(claims_of(keeper.tokens.access_token)["aud"], RESOURCE)
            self.assertEqual(len(keeper.asked), asked)

        await self.use(keeper, expire)

    async def test_one_that_a_document_describes_is_not_registered(self):
        keeper = Keeper(document=f"{os.environ['PUBLISHED']}/python.json")
        await self.use(keeper)
        self.assertEqual({asked["client_id"] for asked in keeper.asked}, {keeper.document})
        self.assertEqual(claims_of(keeper.tokens.access_token)["client_id"], keeper.document)

    async def test_one_that_is_registered_is_not_registered_once_more(self):
        keeper = Keeper("my-agent")
        await self.use(keeper)
        self.assertEqual(claims_of(keeper.tokens.access_token)["client_id"], "my-agent")


if __name__ == "__main__":
    unittest.main()
