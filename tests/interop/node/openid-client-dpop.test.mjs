// The certified client binds its tokens to a key (DPoP, RFC 9449), with every grant; it learns nonces from the answers.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as oauth from 'oauth4webapi';
import * as client from 'openid-client';
import { application, issuer } from './gatepost.mjs';
import { answerTo, callback, newPerson, webApplication } from './sign-in.mjs';

const scope = 'openid email offline_access';
const api = new URL('/api/v1/hello', issuer);

/** The configuration of an application, and a handle of a new key. */
async function discover({ client_id, client_secret }, algorithm = 'ES256') {
  const authentication = client_secret ? client.ClientSecretBasic(client_secret) : client.None();
  const configuration = await client.discovery(new URL(issuer), client_id, undefined, authentication, {
    execute: [client.allowInsecureRequests],
  });
  assert.ok(configuration.serverMetadata().dpop_signing_alg_values_supported.includes(algorithm));
  return [configuration, client.getDPoPHandle(configuration, await client.randomDPoPKeyPair(algorithm))];
}

for (const algorithm of ['ES256', 'RS256', 'PS256']) {
  test(`a machine's token is bound to a key of ${algorithm}, and an API sees to that`, async () => {
    const machine = application('bound-pool');
    const [configuration, DPoP] = await discover(machine, algorithm);
    const tokens = await client.clientCredentialsGrant(configuration, {}, { DPoP });
    assert.equal(tokens.token_type, 'dpop');
    const fetched = await client.fetchProtectedResource(
      configuration, tokens.access_token, api, 'GET', undefined, undefined, { DPoP },
    );
    assert.equal(fetched.status, 200);
    await assert.rejects(client.fetchProtectedResource(configuration, tokens.access_token, api, 'GET'), (error) => {
      assert.deepEqual(error.cause.map(({ scheme, parameters }) => [scheme, parameters.error]), [['dpop', 'invalid_token']]);
      return true;
    });
    const [, stolen] = await discover(machine, algorithm);
    await assert.rejects(client.fetchProtectedResource(
      configuration, tokens.access_token, api, 'GET', undefined, undefined, { DPoP: stolen },
    ));
    const told = await client.tokenIntrospection(configuration, tokens.access_token);
    assert.deepEqual([told.token_type, told.cnf.jkt], ['DPoP', await DPoP.calculateThumbprint()]);
  });
}

test('an application whose tokens have to be bound gets none without a proof', async () => {
  const [configuration] = await discover(application('bound-pool'));
  await assert.rejects(client.clientCredentialsGrant(configuration, {}), { error: 'invalid_dpop_proof', status: 400 });
});

test('an API checks token and proof with the same library', async () => {
  const machine = application('bound-pool');
  const [configuration, DPoP] = await discover(machine);
  const { access_token } = await client.clientCredentialsGrant(configuration, {}, { DPoP });
  const url = new URL('https://api.example.com/reports');
  const headers = new Headers({ authorization: `DPoP ${access_token}` });
  await DPoP.addProof(url, headers, 'GET', access_token);
  const as = configuration.serverMetadata();
  const options = { [oauth.allowInsecureRequests]: true, requireDPoP: true };
  const claims = await oauth.validateJwtAccessToken(as, new Request(url, { headers }), machine.client_id, options);
  assert.equal(claims.cnf.jkt, await DPoP.calculateThumbprint());
});

for (const [what, app, pushed] of [
  ['a web application', webApplication(), false],
  ['a web application that pushes its request', webApplication(), true],
  ['a native application', application('pocket'), false],
  ['a native application that pushes its request', application('pocket'), true],
]) {
  test(`${what} gets a person's tokens bound to its key`, async () => {
    const [configuration, DPoP] = await discover(app);
    const checks = { pkceCodeVerifier: client.randomPKCECodeVerifier(), expectedState: client.randomState() };
    const parameters = {
      redirect_uri: callback,
      scope,
      state: checks.expectedState,
      code_challenge: await client.calculatePKCECodeChallenge(checks.pkceCodeVerifier),
      code_challenge_method: 'S256',
    };
    const start = pushed
      ? await client.buildAuthorizationUrlWithPAR(configuration, parameters, { DPoP })
      : client.buildAuthorizationUrl(configuration, { ...parameters, dpop_jkt: await DPoP.calculateThumbprint() });
    const person = newPerson();
    const answer = await answerTo(person, start);
    const [, thief] = await discover(app);
    await assert.rejects(
      client.authorizationCodeGrant(configuration, answer, checks, undefined, { DPoP: thief }), { error: 'invalid_grant' },
    );
    const tokens = await client.authorizationCodeGrant(configuration, answer, checks, undefined, { DPoP });
    assert.equal(tokens.token_type, 'dpop');
    const { sub } = tokens.claims();
    const userinfo = await client.fetchUserInfo(configuration, tokens.access_token, sub, { DPoP });
    assert.equal(userinfo.email, person.email);
    await assert.rejects(client.fetchUserInfo(configuration, tokens.access_token, sub));
    if (!app.client_secret) {
      await assert.rejects(
        client.refreshTokenGrant(configuration, tokens.refresh_token, {}, { DPoP: thief }), { error: 'invalid_grant' },
      );
    }
    const renewed = await client.refreshTokenGrant(configuration, tokens.refresh_token, {}, { DPoP });
    assert.equal(renewed.token_type, 'dpop');
  });
}

test('a device polls with proofs', async () => {
  const [configuration, DPoP] = await discover(application('television'));
  const asked = await client.initiateDeviceAuthorization(configuration, { scope });
  const polling = client.pollDeviceAuthorizationGrant(configuration, asked, undefined, { DPoP });
  const person = newPerson();
  await person.press(await person.signIn(asked.verification_uri_complete, {}), 'device-allow');
  const tokens = await polling;
  assert.equal(tokens.token_type, 'dpop');
  const { email } = await client.fetchUserInfo(configuration, tokens.access_token, tokens.claims().sub, { DPoP });
  assert.equal(email, person.email);
  await assert.rejects(client.refreshTokenGrant(configuration, tokens.refresh_token), { error: 'invalid_dpop_proof' });
});
