// The certified client: it starts from the issuer's name and finds everything else in the metadata.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { importJWK } from 'jose';
import * as client from 'openid-client';
import { application, issuer, privateKeysOf } from './gatepost.mjs';

const app = application('asset-pool');

// Plain http is refused by default; here the server is on loopback.
const discover = (clientId, authentication, algorithm = 'oidc') =>
  client.discovery(new URL(issuer), clientId, undefined, authentication, {
    algorithm,
    execute: [client.allowInsecureRequests],
  });

async function assertGrants(configuration, scope = 'openid admin') {
  const answer = await client.clientCredentialsGrant(configuration, { scope });
  assert.equal(answer.token_type, 'bearer');
  assert.equal(answer.expires_in, 600);
  assert.equal(answer.scope, scope);
}

for (const algorithm of ['oidc', 'oauth2']) {
  test(`${algorithm} discovery leads to a token`, async () => {
    await assertGrants(await discover(app.client_id, client.ClientSecretBasic(app.client_secret), algorithm));
  });
}

test('the secret is taken from the form too', async () => {
  await assertGrants(await discover(app.client_id, client.ClientSecretPost(app.client_secret)));
});

test('fewer scopes can be asked for', async () => {
  await assertGrants(await discover(app.client_id, client.ClientSecretBasic(app.client_secret)), 'admin');
});

test('a scope that is not the application\'s is refused by name', async () => {
  const configuration = await discover(app.client_id, client.ClientSecretBasic(app.client_secret));
  await assert.rejects(client.clientCredentialsGrant(configuration, { scope: 'openid root' }), {
    error: 'invalid_scope',
    status: 400,
  });
});

test('a wrong secret is invalid_client', async () => {
  const configuration = await discover(app.client_id, client.ClientSecretBasic(`${app.client_secret}x`));
  await assert.rejects(client.clientCredentialsGrant(configuration, {}), { status: 401 });
});

test('a signed assertion stands for the secret', async (t) => {
  const { client_id, client_secret } = application('key-holder');
  assert.ok(!client_secret, 'no secret is issued to an application with keys');
  for (const jwk of privateKeysOf('key-holder')) {
    await t.test(jwk.alg, async () => {
      const key = await importJWK(jwk, jwk.alg);
      await assertGrants(await discover(client_id, client.PrivateKeyJwt({ key, kid: jwk.kid })));
    });
  }
});
