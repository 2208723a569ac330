// The strictest reader: access tokens exactly as RFC 9068 has them.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as oauth from 'oauth4webapi';
import { application, issuer } from './gatepost.mjs';

const insecure = { [oauth.allowInsecureRequests]: true };
const app = application('asset-pool');

async function metadata() {
  const url = new URL(issuer);
  const response = await oauth.discoveryRequest(url, { algorithm: 'oauth2', ...insecure });
  return oauth.processDiscoveryResponse(url, response);
}

async function newToken(as) {
  const client = { client_id: app.client_id };
  const response = await oauth.clientCredentialsGrantRequest(
    as, client, oauth.ClientSecretBasic(app.client_secret), { scope: 'openid admin' }, insecure,
  );
  return (await oauth.processClientCredentialsResponse(as, client, response)).access_token;
}

test('an access token is one as RFC 9068 wants it', async () => {
  const as = await metadata();
  const request = new Request('https://api.example.com/', {
    headers: { authorization: `Bearer ${await newToken(as)}` },
  });
  const claims = await oauth.validateJwtAccessToken(as, request, app.client_id, insecure);
  assert.equal(claims.client_id, app.client_id);
  assert.equal(claims.sub, app.client_id);
  assert.equal(claims.scope, 'openid admin');
});

test('it is refused where another audience is expected', async () => {
  const as = await metadata();
  const request = new Request('https://api.example.com/', {
    headers: { authorization: `Bearer ${await newToken(as)}` },
  });
  await assert.rejects(oauth.validateJwtAccessToken(as, request, 'https://api.example.com/', insecure));
});
