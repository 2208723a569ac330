// The certified client as an API that passes a request on: it exchanges the token that it was sent for one for the next API,
// which checks it with the key set, as jose does, and asks about it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import * as client from 'openid-client';
import { application, issuer, jwksUrl } from './gatepost.mjs';

const GRANT = 'urn:ietf:params:oauth:grant-type:token-exchange';
const ACCESS_TOKEN = 'urn:ietf:params:oauth:token-type:access_token';

const as = ({ client_id, client_secret }) =>
  client.discovery(new URL(issuer), client_id, client_secret, client.ClientSecretBasic(client_secret), {
    execute: [client.allowInsecureRequests],
  });

const [till, orders, stock] = ['till', 'orders-api', 'stock-api'].map(application);

/** A token of the till for the API of orders, and for what that needs of the next one. */
async function sent() {
  const audiences = [orders, stock].map(({ client_id }) => ['audience', client_id]);
  const parameters = new URLSearchParams([['scope', 'orders:read'], ...audiences]);
  const tokens = await client.clientCredentialsGrant(await as(till), parameters);
  return tokens.access_token;
}

const exchange = async (from, subject_token, more) =>
  client.genericGrantRequest(await as(from), GRANT, { subject_token, subject_token_type: ACCESS_TOKEN, ...more });

test('an API exchanges what it was sent for a token for the next one, which can check it', async () => {
  assert.ok((await as(orders)).serverMetadata().grant_types_supported.includes(GRANT));
  const subject = await sent();
  const tokens = await exchange(orders, subject, { audience: stock.client_id });
  assert.deepEqual([tokens.issued_token_type, tokens.token_type, tokens.scope], [ACCESS_TOKEN, 'bearer', 'orders:read']);
  assert.equal(tokens.refresh_token, undefined);
  const { payload } = await jwtVerify(tokens.access_token, createRemoteJWKSet(jwksUrl), {
    issuer,
    audience: stock.client_id,
    typ: 'at+jwt',
  });
  assert.deepEqual([payload.sub, payload.client_id, payload.act], [till.client_id, orders.client_id, { sub: orders.client_id }]);
  const known = await client.tokenIntrospection(await as(stock), tokens.access_token);
  assert.deepEqual([known.active, known.sub, known.act], [true, till.client_id, { sub: orders.client_id }]);
  await client.tokenRevocation(await as(till), subject);
  assert.equal((await client.tokenIntrospection(await as(stock), tokens.access_token)).active, false);
});

test('nothing comes out of it that did not go in', async () => {
  const subject = await sent();
  const more = { audience: stock.client_id };
  await assert.rejects(exchange(orders, subject, { ...more, scope: 'orders:write' }), { error: 'invalid_scope' });
  await assert.rejects(exchange(orders, subject, { audience: 'https://else.example.com' }), { error: 'invalid_target' });
  await assert.rejects(exchange(stock, subject, more), { error: 'unauthorized_client' });
  await assert.rejects(exchange(orders, `${subject.slice(0, -4)}AAAA`, more), { error: 'invalid_request', status: 400 });
  await assert.rejects(exchange(orders, subject, { ...more, requested_token_type: 'urn:ietf:params:oauth:token-type:id_token' }), {
    error: 'invalid_request',
  });
});
