// The certified client signs people in, and uses every endpoint that has to do with them.
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import * as client from 'openid-client';
import { issuer } from './gatepost.mjs';
import { afterLogout, answerTo, callback, newPerson, webApplication } from './sign-in.mjs';

const app = webApplication();
const scope = 'openid profile email offline_access';
let configuration;

before(async () => {
  configuration = await client.discovery(
    new URL(issuer), app.client_id, undefined, client.ClientSecretBasic(app.client_secret),
    { execute: [client.allowInsecureRequests] },
  );
});

/** What the application remembers between sending the browser away and getting it back. */
const secrets = () => ({
  pkceCodeVerifier: client.randomPKCECodeVerifier(),
  expectedState: client.randomState(),
  expectedNonce: client.randomNonce(),
});

const parameters = async ({ pkceCodeVerifier, expectedState, expectedNonce }) => ({
  redirect_uri: callback,
  scope,
  state: expectedState,
  nonce: expectedNonce,
  code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
  code_challenge_method: 'S256',
});

async function signIn(person, { more = {}, ...options } = {}) {
  const checks = secrets();
  const start = client.buildAuthorizationUrl(configuration, { ...await parameters(checks), ...more });
  const answer = await answerTo(person, start, options);
  return client.authorizationCodeGrant(configuration, answer, { ...checks, idTokenExpected: true });
}

for (const by of ['link', 'code']) {
  test(`a person signs in by the ${by} in the mail`, async () => {
    const person = newPerson();
    const tokens = await signIn(person, { by });
    assert.equal(tokens.token_type, 'bearer');
    assert.equal(tokens.scope, scope);
    const claims = tokens.claims();
    assert.equal(claims.iss, issuer);
    assert.equal(claims.aud, app.client_id);
    assert.ok(claims.sid && claims.auth_time && claims.at_hash);
    const info = await client.fetchUserInfo(configuration, tokens.access_token, claims.sub);
    assert.equal(info.email, person.email);
    assert.equal(info.email_verified, true);
  });
}

test('a person who is signed in is not asked again', async () => {
  const person = newPerson();
  const first = await signIn(person);
  const second = await signIn(person, { more: { prompt: 'none' } });
  assert.equal(second.claims().sub, first.claims().sub);
  assert.equal(second.claims().sid, first.claims().sid);
  assert.equal(second.claims().auth_time, first.claims().auth_time);
});

test('prompt=none for a stranger is login_required', async () => {
  await assert.rejects(signIn(newPerson(), { more: { prompt: 'none' } }), { error: 'login_required' });
});

test('max_age=0 asks even who is signed in', async () => {
  const person = newPerson();
  await signIn(person);
  const checks = secrets();
  const start = client.buildAuthorizationUrl(configuration, { ...await parameters(checks), max_age: '0' });
  const answer = await answerTo(person, start);
  const tokens = await client.authorizationCodeGrant(configuration, answer, { ...checks, maxAge: 0 });
  assert.ok(await person.mail(2));
  assert.ok(tokens.claims().auth_time);
});

test('a refresh token gives new tokens, once', async () => {
  const tokens = await signIn(newPerson());
  const renewed = await client.refreshTokenGrant(configuration, tokens.refresh_token);
  assert.equal(renewed.claims().sub, tokens.claims().sub);
  assert.notEqual(renewed.access_token, tokens.access_token);
  assert.notEqual(renewed.refresh_token, tokens.refresh_token);
});

test('pushed parameters work like those in the address', async () => {
  const checks = secrets();
  const start = await client.buildAuthorizationUrlWithPAR(configuration, await parameters(checks));
  assert.deepEqual([...start.searchParams.keys()].sort(), ['client_id', 'request_uri']);
  const answer = await answerTo(newPerson(), start);
  const tokens = await client.authorizationCodeGrant(configuration, answer, { ...checks, idTokenExpected: true });
  assert.equal(tokens.scope, scope);
});

describe('a token', () => {
  let tokens;
  before(async () => {
    tokens = await signIn(newPerson());
  });

  test('is described by introspection', async () => {
    for (const token of [tokens.access_token, tokens.refresh_token]) {
      const answer = await client.tokenIntrospection(configuration, token);
      assert.equal(answer.active, true);
      assert.equal(answer.client_id, app.client_id);
      assert.equal(answer.sub, tokens.claims().sub);
    }
  });

  test('is dead after revocation', async () => {
    await client.tokenRevocation(configuration, tokens.refresh_token);
    await assert.rejects(client.refreshTokenGrant(configuration, tokens.refresh_token), { error: 'invalid_grant' });
    // RFC 7009 §2.1: the access tokens of the same authorization should go too.
    const { active } = await client.tokenIntrospection(configuration, tokens.access_token);
    assert.equal(active, false);
  });
});

test('the application signs the person out', async () => {
  const person = newPerson();
  const tokens = await signIn(person);
  const logout = client.buildEndSessionUrl(configuration, {
    id_token_hint: tokens.id_token, post_logout_redirect_uri: afterLogout, state: 's-1',
  });
  const end = await person.open(logout, { until: afterLogout });
  assert.equal(end.href, `${afterLogout}?state=s-1`);
  await assert.rejects(signIn(person, { more: { prompt: 'none' } }), { error: 'login_required' });
});

test('without an ID token the person is asked before being signed out', async () => {
  const person = newPerson();
  await signIn(person);
  const logout = client.buildEndSessionUrl(configuration, { post_logout_redirect_uri: afterLogout });
  const end = await person.press(await person.open(logout), 'logout-yes', { until: afterLogout });
  assert.equal(end.href, afterLogout);
});
