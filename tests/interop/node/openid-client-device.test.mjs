// The certified client as a television: it knows the issuer, its client id and nothing else.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as client from 'openid-client';
import { application, issuer } from './gatepost.mjs';
import { newPerson } from './sign-in.mjs';

const { client_id } = application('television');

const discover = () =>
  client.discovery(new URL(issuer), client_id, undefined, client.None(), { execute: [client.allowInsecureRequests] });

/** The person follows the link of the QR code, signs in, and presses one of the two buttons. */
async function answer(person, asked, button) {
  const question = await person.signIn(asked.verification_uri_complete, {});
  assert.ok(question.has('device-allow') && question.has('device-deny'), question.html);
  assert.ok(question.html.includes(asked.user_code), 'the code to compare');
  return person.press(question, button);
}

test('a device polls until a person has signed in and allowed it', async () => {
  const configuration = await discover();
  const asked = await client.initiateDeviceAuthorization(configuration, { scope: 'openid email offline_access' });
  assert.match(asked.user_code, /^[BCDFGHJKLMNPQRSTVWXZ]{4}-[BCDFGHJKLMNPQRSTVWXZ]{4}$/);
  assert.deepEqual([asked.interval, asked.expires_in], [5, 900]);
  const person = newPerson();
  const polling = client.pollDeviceAuthorizationGrant(configuration, asked);
  await answer(person, asked, 'device-allow');
  const tokens = await polling;
  const claims = tokens.claims();
  assert.deepEqual([claims.aud, claims.email], [client_id, person.email]);
  const userinfo = await client.fetchUserInfo(configuration, tokens.access_token, claims.sub);
  assert.equal(userinfo.email, person.email);
  const refreshed = await client.refreshTokenGrant(configuration, tokens.refresh_token);
  assert.equal(refreshed.scope, 'openid email offline_access');
  await assert.rejects(client.pollDeviceAuthorizationGrant(configuration, asked), { error: 'invalid_grant' });
});

test('a device is told that it was denied', async () => {
  const configuration = await discover();
  const asked = await client.initiateDeviceAuthorization(configuration, {});
  await answer(newPerson(), asked, 'device-deny');
  await assert.rejects(client.pollDeviceAuthorizationGrant(configuration, asked), { error: 'access_denied', status: 400 });
});

test('a device that polls too fast is slowed down, and still told of the answer', async () => {
  const configuration = await discover();
  const asked = await client.initiateDeviceAuthorization(configuration, {});
  const once = () =>
    client.genericGrantRequest(configuration, 'urn:ietf:params:oauth:grant-type:device_code', {
      device_code: asked.device_code,
    });
  await assert.rejects(once(), { error: 'authorization_pending', status: 400 });
  await assert.rejects(once(), { error: 'slow_down', status: 400 });
  const polling = client.pollDeviceAuthorizationGrant(configuration, asked);
  await answer(newPerson(), asked, 'device-allow');
  assert.ok((await polling).access_token);
});
