// What the examples do not let in, and what they say to it.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { claimsOf, connected, issuer, Keeper, registered, resource, versions, Witness } from './clients.mjs';

const metadataAddress = resource.replace('/mcp', '/.well-known/oauth-protected-resource/mcp');
const application = (name) => JSON.parse(readFileSync(join(process.env.INTEROP_DIR, `${name}.json`), 'utf8'));

async function tokenOf({ client_id, client_secret }, more) {
  const response = await fetch(`${issuer}/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${btoa(`${client_id}:${client_secret}`)}` },
    body: new URLSearchParams({ grant_type: 'client_credentials', ...more }),
  });
  const answer = await response.json();
  assert.equal(response.status, 200, JSON.stringify(answer));
  return answer.access_token;
}

const good = { resource, scope: 'notes:read notes:write' };

/** Asks as a client of 2025 does. */
const ask = (token) => fetch(resource, {
  method: 'POST',
  headers: {
    'content-type': 'application/json',
    accept: 'application/json, text/event-stream',
    ...(token && { authorization: `Bearer ${token}` }),
  },
  body: JSON.stringify({
    jsonrpc: '2.0', id: 1, method: 'initialize',
    params: { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'test', version: '1' } },
  }),
});

async function assertRefused(token, status, error) {
  const response = await ask(token);
  assert.equal(response.status, status, await response.text());
  const challenge = response.headers.get('www-authenticate');
  assert.match(challenge, /^Bearer /);
  assert.ok(challenge.includes(`error="${error}"`), challenge);
  assert.ok(challenge.includes(`resource_metadata="${metadataAddress}"`), challenge);
}

test('the metadata names Gatepost, this server and its scopes', async () => {
  const metadata = await (await fetch(metadataAddress)).json();
  assert.equal(metadata.resource, resource);
  assert.deepEqual(metadata.authorization_servers, [issuer]);
  assert.deepEqual(metadata.scopes_supported, ['notes:read', 'notes:write']);
  const { protected_resources } = await (await fetch(`${issuer}/.well-known/oauth-authorization-server`)).json();
  assert.ok(protected_resources.includes(resource));
});

test('a good token is let in', async () => {
  assert.equal((await ask(await tokenOf(application('mcp-machine'), good))).status, 200);
});

test('no token, and what is none, is sent to Gatepost', async () => {
  await assertRefused(undefined, 401, 'invalid_token');
  await assertRefused('gps_nonsense', 401, 'invalid_token');
});

test('a token for another audience is refused', async () => {
  const machine = application('mcp-machine');
  await assertRefused(await tokenOf(machine, { scope: 'notes:read notes:write' }), 401, 'invalid_token');
  const orders = await tokenOf(machine, { scope: 'notes:read notes:write', resource: 'https://orders.example.com' });
  await assertRefused(orders, 401, 'invalid_token');
});

test('a token without the scope is refused', async () => {
  await assertRefused(await tokenOf(application('mcp-machine'), { resource, scope: 'notes:write' }), 403, 'insufficient_scope');
});

test('an expired token is refused', async () => {
  const token = await tokenOf(application('mcp-brief'), good);
  await sleep(Math.max(0, claimsOf(token).exp * 1000 - Date.now()) + 1100);
  await assertRefused(token, 401, 'invalid_token');
});

test('a token that was altered, or signed by nobody, is refused', async () => {
  const [header, claims, signature] = (await tokenOf(application('mcp-machine'), good)).split('.');
  const forged = Buffer.from(JSON.stringify({ ...claimsOf(`.${claims}.`), sub: 'somebody-else' })).toString('base64url');
  await assertRefused(`${header}.${forged}.${signature}`, 401, 'invalid_token');
  const unsigned = Buffer.from(JSON.stringify({ alg: 'none', typ: 'at+jwt' })).toString('base64url');
  await assertRefused(`${unsigned}.${claims}.`, 401, 'invalid_token');
});

test('an ID token is no access token', async (t) => {
  const keeper = new Keeper(new Witness(), registered());
  await connected(t, versions['version 2'], keeper);
  const address = new URL(keeper.asked);
  address.searchParams.set('scope', 'openid notes:read');
  await keeper.redirectToAuthorization(address);
  const response = await fetch(`${issuer}/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'authorization_code', code: keeper.answers.at(-1).get('code'), redirect_uri: keeper.redirectUrl,
      client_id: 'my-agent', code_verifier: keeper.verifier,
    }),
  });
  const { id_token } = await response.json();
  assert.ok(id_token);
  await assertRefused(id_token, 401, 'invalid_token');
});
