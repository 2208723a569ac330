// The certified client registers itself, as a web application with a secret and as a native one without, and signs people in.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as client from 'openid-client';
import { issuer } from './gatepost.mjs';
import { newPerson } from './sign-in.mjs';
import { Page } from '../person.mjs';

const scope = 'openid email offline_access';
const options = { execute: [client.allowInsecureRequests] };

async function signIn(configuration, redirect_uri) {
  const pkceCodeVerifier = client.randomPKCECodeVerifier();
  const expectedState = client.randomState();
  const start = client.buildAuthorizationUrl(configuration, {
    redirect_uri,
    scope,
    state: expectedState,
    code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
    code_challenge_method: 'S256',
    prompt: 'consent',
  });
  const end = await newPerson().signIn(start, { until: redirect_uri });
  if (end instanceof Page) throw new Error(`ended at ${end.url} (${end.status}):\n${end.html}`);
  return client.authorizationCodeGrant(configuration, end, { pkceCodeVerifier, expectedState, idTokenExpected: true });
}

for (const [what, metadata] of Object.entries({
  'a web application': { redirect_uris: ['https://www.example.com/registered'] },
  'a native application': {
    redirect_uris: ['http://localhost:3334/oauth/callback'],
    application_type: 'native',
    token_endpoint_auth_method: 'none',
  },
})) {
  test(`${what} registers itself and signs a person in`, async () => {
    const configuration = await client.dynamicClientRegistration(
      new URL(issuer),
      { client_name: 'Registered', grant_types: ['authorization_code', 'refresh_token'], scope, ...metadata },
      undefined,
      options,
    );
    const registered = configuration.clientMetadata();
    assert.equal(typeof registered.client_secret, metadata.token_endpoint_auth_method ? 'undefined' : 'string');
    assert.equal(registered.scope, scope);
    const [redirect] = metadata.redirect_uris;
    const tokens = await signIn(configuration, redirect);
    assert.equal(tokens.claims().aud, registered.client_id);
    const renewed = await client.refreshTokenGrant(configuration, tokens.refresh_token);
    assert.equal(renewed.claims().sub, tokens.claims().sub);
  });
}

test('what cannot be registered is told by its code', async () => {
  const metadata = { redirect_uris: ['http://www.example.com/not-encrypted'] };
  await assert.rejects(
    client.dynamicClientRegistration(new URL(issuer), metadata, undefined, options),
    { error: 'invalid_redirect_uri' },
  );
});
