// A resource server that knows nothing but the address of the key set.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRemoteJWKSet, errors, jwtVerify } from 'jose';
import { application, issuer, jwksUrl } from './gatepost.mjs';

const keys = createRemoteJWKSet(jwksUrl);
const app = application('asset-pool');

async function newToken() {
  const response = await fetch(`${issuer}/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${btoa(`${app.client_id}:${app.client_secret}`)}` },
    body: new URLSearchParams({ grant_type: 'client_credentials' }),
  });
  assert.equal(response.status, 200);
  return (await response.json()).access_token;
}

test('a token verifies with nothing but the key set', async () => {
  const { payload, protectedHeader } = await jwtVerify(await newToken(), keys, {
    issuer,
    audience: app.client_id,
    requiredClaims: ['jti', 'iat', 'exp', 'scope'],
  });
  assert.equal(payload.scope, 'openid admin');
  assert.equal(protectedHeader.alg, 'RS256');
});

test('a token with another token\'s payload does not verify', async () => {
  const [header, , signature] = (await newToken()).split('.');
  const payload = Buffer.from(JSON.stringify({ iss: issuer, aud: app.client_id, scope: 'everything' }));
  await assert.rejects(
    jwtVerify([header, payload.toString('base64url'), signature].join('.'), keys),
    errors.JWSSignatureVerificationFailed,
  );
});

test('the key set can be cached and holds no private member', async () => {
  const response = await fetch(jwksUrl);
  assert.match(response.headers.get('cache-control'), /public.*max-age=\d+|max-age=\d+.*public/);
  const etag = response.headers.get('etag');
  assert.ok(etag);
  for (const key of (await response.json()).keys) {
    assert.deepEqual(['d', 'p', 'q', 'dp', 'dq', 'qi'].filter((member) => member in key), []);
  }
  const again = await fetch(jwksUrl, { headers: { 'if-none-match': etag } });
  assert.equal(again.status, 304);
});
