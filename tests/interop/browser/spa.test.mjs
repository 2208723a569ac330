// Libraries that run wholly in the browser, as they come: keycloak-js, whose answers come in the fragment unless told
// otherwise, and oidc-client-ts in the same mode.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import http from 'node:http';
import { after, before, test } from 'node:test';
import { app, launch, newAddress, newDevice } from './chromium.mjs';
import { signInAs } from './people.mjs';

const issuer = process.env.ISSUER;
const site = process.env.SITE;
const keycloak = JSON.parse(readFileSync(`${process.env.INTEROP_DIR}/keycloak.json`, 'utf8'));
const library = (path) => readFileSync(new URL(`./node_modules/${path}`, import.meta.url), 'utf8');

const files = {
  '/keycloak.js': library('keycloak-js/lib/keycloak.js'),
  '/oidc.js': library('oidc-client-ts/dist/browser/oidc-client-ts.min.js'),
};

/** What is the same on both pages: where the application tells what it has learned. */
const page = (script) => `<!doctype html><html lang="en"><meta charset="utf-8"><title>The application</title>
<pre id="told"></pre><script src="/oidc.js"></script><script type="module">
const tell = (facts) => { document.querySelector('#told').textContent = JSON.stringify(facts); };
try { ${script} } catch (error) { tell({ error: String(error), cause: error?.error_description }); }
</script></html>`;

const pages = {
  '/keycloak': page(`
    const { default: Keycloak } = await import('/keycloak.js');
    const keycloak = new Keycloak({ oidcProvider: '${issuer}', clientId: '${keycloak.client_id}' });
    const authenticated = await keycloak.init({ onLoad: 'login-required', checkLoginIframe: false });
    const first = keycloak.token;
    // Whatever is left of its life.
    const refreshed = await keycloak.updateToken(-1);
    const renewed = refreshed && keycloak.token !== first;
    tell({ authenticated, renewed, profile: keycloak.idTokenParsed, bearer: keycloak.token, fragment: location.hash });`),
  '/oidc': page(`
    const manager = new oidc.UserManager({
      authority: '${issuer}', client_id: '${app.client_id}', redirect_uri: '${site}/oidc', response_mode: 'fragment',
      scope: 'openid profile email offline_access roles', loadUserInfo: true,
    });
    if (!location.hash) {
      await manager.signinRedirect({ state: { kept: 'k'.repeat(3000) } });
    } else {
      const user = await manager.signinRedirectCallback();
      const renewed = await manager.signinSilent();
      tell({ profile: user.profile, scope: user.scope, kept: user.state.kept.length, renewed: renewed.access_token !== user.access_token });
    }`),
};

let browser;
let server;
before(async () => {
  server = http.createServer((request, response) => {
    const { pathname } = new URL(request.url, site);
    response.setHeader('content-type', pathname in files ? 'text/javascript' : 'text/html');
    response.end(files[pathname] ?? pages[pathname] ?? '<!doctype html><title>Nothing</title>');
  }).listen(new URL(site).port, '127.0.0.1');
  browser = await launch();
});
after(async () => {
  await browser.close();
  server.close();
});

/** Signs somebody new in to the page of a library; what it tells in the end. */
async function toldBy(path) {
  const [page, email] = [await newDevice(browser), newAddress()];
  await page.goto(`${site}${path}`);
  await page.waitForSelector('#email');
  assert.equal(new URL(page.url()).origin, issuer);
  await signInAs(page, email, 1);
  await page.click('#consent-allow');
  await page.waitForFunction(() => document.querySelector('#told')?.textContent);
  return { email, told: JSON.parse(await page.textContent('#told')) };
}

test('keycloak-js signs in, answered in the fragment, and renews its token', async () => {
  const { email, told } = await toldBy('/keycloak');
  assert.equal(told.error, undefined, JSON.stringify(told));
  assert.deepEqual([told.authenticated, told.renewed, told.profile.iss, told.fragment], [true, true, issuer, '']);
  const userinfo = await fetch(`${issuer}/oauth/userinfo`, { headers: { authorization: `Bearer ${told.bearer}` } });
  assert.equal((await userinfo.json()).sub, told.profile.sub);
  assert.ok(email);
});

test('oidc-client-ts signs in with response_mode=fragment, keeps its state and renews its token', async () => {
  const { email, told } = await toldBy('/oidc');
  assert.equal(told.error, undefined, JSON.stringify(told));
  assert.equal(told.scope, 'openid profile email offline_access');
  assert.deepEqual([told.profile.email, told.profile.preferred_username, told.kept, told.renewed], [email, email, 3000, true]);
  assert.equal(told.profile.name, email.split('@')[0]);
});
