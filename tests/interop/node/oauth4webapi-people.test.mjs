// The strictest reader of every answer that a sign-in has: iss (RFC 9207), at_hash, nonce, auth_time, form_post.
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import * as oauth from 'oauth4webapi';
import { issuer } from './gatepost.mjs';
import { answerTo, callback, newPerson, webApplication } from './sign-in.mjs';

const insecure = { [oauth.allowInsecureRequests]: true };
const app = webApplication();
const client = { client_id: app.client_id, require_auth_time: true };
const authentication = oauth.ClientSecretPost(app.client_secret);
let as;

before(async () => {
  const url = new URL(issuer);
  as = await oauth.processDiscoveryResponse(url, await oauth.discoveryRequest(url, insecure));
});

/** One sign-in, with everything that can be checked checked. */
async function signIn(person, changed = {}) {
  const verifier = oauth.generateRandomCodeVerifier();
  const state = oauth.generateRandomState();
  const nonce = oauth.generateRandomNonce();
  const start = new URL(as.authorization_endpoint);
  start.search = new URLSearchParams({
    client_id: app.client_id, response_type: 'code', redirect_uri: callback, scope: 'openid email offline_access',
    state, nonce, code_challenge: await oauth.calculatePKCECodeChallenge(verifier), code_challenge_method: 'S256',
  });
  const answer = oauth.validateAuthResponse(as, client, await answerTo(person, start), state);
  const response = await oauth.authorizationCodeGrantRequest(
    as, client, authentication, answer, callback, changed.verifier ?? verifier, insecure,
  );
  const tokens = await oauth.processAuthorizationCodeResponse(as, client, response, {
    expectedNonce: nonce, requireIdToken: true,
  });
  // The signature of the ID token is a check of its own; TLS vouches for it otherwise.
  await oauth.validateApplicationLevelSignature(as, response, insecure);
  return { tokens, claims: oauth.getValidatedIdTokenClaims(tokens), answer, verifier };
}

test('the answer says who sent it', () => {
  assert.equal(as.authorization_response_iss_parameter_supported, true);
});

test('every response of a sign-in is as the RFCs have it', async () => {
  const person = newPerson();
  const { tokens, claims } = await signIn(person);
  const userinfo = await oauth.userInfoRequest(as, client, tokens.access_token, insecure);
  const info = await oauth.processUserInfoResponse(as, client, claims.sub, userinfo);
  assert.equal(info.email, person.email);

  const refreshed = await oauth.refreshTokenGrantRequest(as, client, authentication, tokens.refresh_token, insecure);
  const renewed = await oauth.processRefreshTokenResponse(as, client, refreshed);
  assert.equal(oauth.getValidatedIdTokenClaims(renewed)?.sub ?? claims.sub, claims.sub);

  const inspected = await oauth.introspectionRequest(as, client, authentication, renewed.access_token, insecure);
  const facts = await oauth.processIntrospectionResponse(as, client, inspected);
  assert.equal(facts.active, true);
  assert.equal(facts.sub, claims.sub);

  const revoked = await oauth.revocationRequest(as, client, authentication, renewed.refresh_token, insecure);
  assert.equal(await oauth.processRevocationResponse(revoked), undefined);
});

test('at_hash belongs to the access token', async () => {
  const { tokens, claims } = await signIn(newPerson());
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(tokens.access_token));
  assert.equal(claims.at_hash, Buffer.from(digest.slice(0, 16)).toString('base64url'));
});

test('a wrong verifier is invalid_grant', async () => {
  const verifier = oauth.generateRandomCodeVerifier();
  await assert.rejects(signIn(newPerson(), { verifier }), { error: 'invalid_grant', status: 400 });
});

test('a used code is invalid_grant, and what grew from it is dead', async () => {
  const { tokens, answer, verifier } = await signIn(newPerson());
  const again = await oauth.authorizationCodeGrantRequest(
    as, client, authentication, answer, callback, verifier, insecure,
  );
  await assert.rejects(oauth.processAuthorizationCodeResponse(as, client, again), { error: 'invalid_grant' });
  const inspected = await oauth.introspectionRequest(as, client, authentication, tokens.access_token, insecure);
  assert.equal((await oauth.processIntrospectionResponse(as, client, inspected)).active, false);
});

test('pushed parameters get a request_uri', async () => {
  const parameters = new URLSearchParams({
    client_id: app.client_id, response_type: 'code', redirect_uri: callback, scope: 'openid',
    code_challenge: await oauth.calculatePKCECodeChallenge(oauth.generateRandomCodeVerifier()), code_challenge_method: 'S256',
  });
  const response = await oauth.pushedAuthorizationRequest(as, client, authentication, parameters, insecure);
  const pushed = await oauth.processPushedAuthorizationResponse(as, client, response);
  assert.match(pushed.request_uri, /^urn:ietf:params:oauth:request_uri:/);
});
