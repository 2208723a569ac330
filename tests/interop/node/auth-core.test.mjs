// What next-auth and its relatives are made of, configured in the ways that its documentation knows.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Auth } from '@auth/core';
import { application, issuer } from './gatepost.mjs';
import { newPerson } from './sign-in.mjs';

const { client_id: clientId, client_secret: clientSecret } = application('auth-core');
const site = 'https://www.example.com/auth';

/** As its documentation has it: what it shows of a person is taken from the ID token. */
const plain = {
  id: 'gatepost', name: 'Gatepost', type: 'oidc', issuer, clientId, clientSecret,
};

const variants = {
  'the plain provider': plain,
  'every check, and userinfo': { ...plain, checks: ['pkce', 'state', 'nonce'], idToken: false },
  'the secret in the form': { ...plain, client: { token_endpoint_auth_method: 'client_secret_post' } },
};

/** One browser at the application: each call is a request of it, with its cookies. */
function browserAtTheSite(provider = plain) {
  const cookies = new Map();
  const config = { basePath: '/auth', secret: 'only for this test', trustHost: true, providers: [provider] };
  return async (path, init = {}) => {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const response = await Auth(new Request(new URL(path, `${site}/`), { ...init, headers: { cookie } }), config);
    for (const line of response.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(line);
      cookies.set(name, value);
    }
    return response;
  };
}

/** The address of the server that the button "sign in" leads to. */
async function signInAddress(request) {
  const { csrfToken } = await (await request('csrf')).json();
  const response = await request('signin/gatepost', { method: 'POST', body: new URLSearchParams({ csrfToken }) });
  return response.headers.get('location');
}

for (const [name, provider] of Object.entries(variants)) {
  test(`a person signs in: ${name}`, async () => {
    const person = newPerson();
    const request = browserAtTheSite(provider);
    const start = new URL(await signInAddress(request));
    for (const check of provider.checks ?? ['pkce']) {
      assert.ok(start.searchParams.get(check === 'pkce' ? 'code_challenge' : check), check);
    }
    const answer = await person.signIn(start, { until: `${site}/callback/gatepost` });
    const back = await request(answer);
    assert.equal(back.status, 302);
    assert.doesNotMatch(back.headers.get('location'), /error/);
    const session = await (await request('session')).json();
    assert.equal(session.user.email, person.email);
  });
}

test('a code does not sign in another browser', async () => {
  const start = await signInAddress(browserAtTheSite());
  const answer = await newPerson().signIn(start, { until: `${site}/callback/gatepost` });
  const stranger = browserAtTheSite();
  const back = await stranger(answer);
  assert.match(back.headers.get('location'), /error/);
  assert.equal(await (await stranger('session')).json(), null);
});
