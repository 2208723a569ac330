// Whatever people, developers, callers, mail servers and configurations write stays text on every page. Each page is seen
// twice: as it is, where its policy must have had nothing to stop, and with that policy off, where script would run.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import http from 'node:http';
import { after, before, describe, test } from 'node:test';
import { randomUUID } from 'node:crypto';
import { Person } from '../person.mjs';
import { launch } from './chromium.mjs';
import { register, signInAs, tab } from './people.mjs';
import { setUpLink, startServer } from './server.mjs';
import { assertInert, poison, poisonName, watch } from './watch.mjs';

const site = process.env.SITE;
const evilScope = "'><svg/onload=alert('scope-name')>";
const evilAddress = (name) => `https://${name}.example/'><img/src=x/onerror=alert(1)>?q="{{7+7}}`;
// As much as an address of e-mail can be of that kind.
const evilEmail = (name, host = 'example.com') => `${name}'{{7*7}}&lt=\`${randomUUID().slice(0, 8)}@${host}`;
const quoted = JSON.stringify;

const configuration = `
[mail]
from = "gatepost@example.com"
[[scopes]]
name = ${quoted(evilScope)}
description = ${quoted(poison('scope-description'))}
[[resources]]
identifier = ${quoted(evilAddress('resource'))}
name = ${quoted(poison('resource-name'))}
scopes = [${quoted(evilScope)}]
[[applications]]
client_id = "declared"
name = ${quoted(poisonName('declared'))}
redirect_uris = [${quoted(evilAddress('declared'))}]
audiences = [${quoted(evilAddress('resource'))}]
type = "web"
`;
const settings = {
  // The owners of an application are warned as soon as it is there.
  GATEPOST__APPLICATIONS__DEACTIVATE_AFTER: '86400s',
  GATEPOST__APPLICATIONS__DELETE_AFTER: '84d',
  GATEPOST__APPLICATIONS__WARN_BEFORE: '86399s',
  GATEPOST__APPLICATIONS__SWEEP_EVERY: '200ms',
};

let browser;
let callback;
before(async () => {
  browser = await launch();
  callback = http.createServer((_, response) => response.end('back')).listen(new URL(site).port, '127.0.0.1');
});
after(async () => {
  await browser.close();
  callback.close();
  callback.closeAllConnections();
});

const userAgent = `Firefox/1 ${poison('user-agent')} Linux`;

/** A new browser under watch. */
async function newWatched(server, options = {}) {
  const context = await browser.newContext({ userAgent, ...options });
  context.setDefaultTimeout(15_000);
  const alarms = await watch(context, [server.issuer, new URL(site).origin]);
  const page = await context.newPage();
  /** Goes there, if an address is given, and looks around. */
  const see = async (address, shows) => {
    if (address) await page.goto(address);
    return assertInert(page, alarms, shows);
  };
  return { context, page, alarms, see };
}

describe('the watch', () => {
  const ours = "default-src 'none'; style-src 'self'; img-src 'self' data:; script-src 'self'";
  for (const [name, markup, policy, expected] of [
    ['script that runs', poison('self-check'), undefined, /ran: self-check/],
    ['script that the policy stops', poison('self-check'), ours, /stopped by the policy: script-src/],
    ['markup from elsewhere', '<link rel=stylesheet href=//elsewhere.example/x.css>', undefined, /asked for http:\/\/elsewhere/],
    ['an address that is script', '<a href="&#106;avascript:alert(1)">x</a>', ours, /address: <a/],
    ['a comment without end', 'a <!-- b', ours, /comment:/],
  ]) {
    test(`goes off for ${name}`, async (t) => {
      const bad = http.createServer((_, response) => {
        response.setHeader('content-type', 'text/html');
        if (policy) response.setHeader('content-security-policy', policy);
        response.end(`<!doctype html><title>bad</title><body>${markup}`);
      }).listen(0, '127.0.0.1');
      t.after(() => {
        bad.close();
        bad.closeAllConnections();
      });
      await once(bad, 'listening');
      const issuer = `http://127.0.0.1:${bad.address().port}`;
      const { context, page, alarms, see } = await newWatched({ issuer });
      await assert.rejects(async () => {
        await page.goto(issuer);
        // What the policy stops is told by a task of its own.
        await page.evaluate(() => new Promise((resolve) => { setTimeout(resolve); }));
        assert.deepEqual(alarms, []);
        await see();
      }, expected);
      await context.close();
    });
  }
});

describe('at a server where everything is poisoned', () => {
  const operatorEmail = evilEmail('operator');
  const developerEmail = evilEmail('developer');
  const colleagueEmail = evilEmail('colleague');
  let server;
  let at;
  let operator;
  let developer;
  let service;
  let secret;
  let web;
  let webSecret;

  before(async () => {
    server = await startServer({ configuration, settings });
    at = (path) => `${server.issuer}${path}`;
    operator = await newWatched(server);
    developer = await newWatched(server);
  });
  after(() => server?.stop());

  const authorize = (more) => at(`/oauth/authorize?${new URLSearchParams({
    client_id: web, response_type: 'code', redirect_uri: `${site}/oauth/callback`, scope: `openid ${evilScope}`, state: poison('state'), ...more,
  })}`);
  const token = (fields, headers = {}) =>
    fetch(at('/token'), { method: 'POST', body: new URLSearchParams(fields), headers: { 'user-agent': userAgent, ...headers } });

  test('the first operator and a developer type nothing but script', async () => {
    const { page, see } = operator;
    await page.goto(setUpLink(server));
    await page.fill('#email', poison('set-up'));
    await page.click('#set-up-submit');
    await page.waitForSelector('#email[aria-invalid=true]');
    await see(null, [poison('set-up')]);
    await page.fill('#email', operatorEmail);
    await page.click('#set-up-submit');
    await page.waitForURL(at('/admin'));

    await server.command('user', 'create', developerEmail, '--name', poison('account-name'));
    await developer.page.goto(at('/portal'));
    await developer.page.fill('#email', poison('address'));
    await developer.page.click('#login-submit');
    await developer.page.waitForSelector('#email[aria-invalid=true]');
    await developer.see(null, [poison('address')]);
    await signInAs(developer.page, developerEmail, 1);
    await developer.page.waitForSelector('#app-new');
  });

  test('forms that are refused show it again, forms that are taken keep it', async () => {
    const { page, see } = developer;
    await page.goto(at('/portal/applications/new'));
    await page.fill('#app-name', poison('typed-name').repeat(3));
    await page.check('#kind-web');
    await page.fill('#app-redirect-uris', `javascript:alert(1)\n${poison('typed-uri')}`);
    await page.fill('#app-scopes', poison('typed-scope'));
    await page.click('#new-application .more > summary');
    await page.fill('#app-reason', poison('typed-reason'));
    await page.click('#app-create');
    await page.waitForSelector('#app-redirect-uris[aria-invalid=true]');
    const typed = ['name', 'uri', 'scope', 'reason'].map((field) => poison(`typed-${field}`));
    await see(null, ['javascript:alert(1)', ...typed]);

    service = await register(page, server.issuer, {
      name: poisonName('service'), scope: `openid ${evilScope}`, reason: poison('reason'),
    });
    secret = await page.textContent('#app-client-secret');
    await see(null, [poisonName('service'), poison('reason'), evilScope]);
    web = await register(page, server.issuer, {
      name: poisonName('web'), type: 'web', redirectUris: `${site}/oauth/callback\n${evilAddress('web')}`, scope: 'openid email',
    });
    webSecret = await page.textContent('#app-client-secret');
    await see(null, [poisonName('web')]);
    await tab(page, 'Sign-in');
    await see(null, [poisonName('web'), evilAddress('web')]);
    await server.store('UPDATE applications SET scope = ?, default_scope = ? WHERE client_id = ?', `openid email ${evilScope}`, `openid email ${evilScope}`, web);
    await tab(page, 'Access');
    await page.fill('input[name=email]', poison('invited'));
    await page.click('#app-invite');
    await page.waitForSelector('input[name=email][aria-invalid=true]');
    await see(null, [poison('invited')]);
    await page.fill('input[name=email]', colleagueEmail);
    await page.click('#app-invite');
    await page.waitForSelector('text=Invited');
    await see(null, [colleagueEmail]);

    for (const name of ['Credentials', 'Sign-in', 'Access']) {
      await tab(page, name);
      if (await page.isVisible('.more > summary')) await page.click('.more > summary');
      const fields = page.locator('form:has(#app-save) :is(input[type=text], textarea)');
      for (const field of await fields.all()) await field.fill(poison(await field.getAttribute('name')));
      const names = await fields.evaluateAll((all) => all.map((field) => field.name));
      await page.click('#app-save');
      await page.waitForSelector('[aria-invalid=true]');
      await see(null, names.map(poison));
    }
    await tab(page, 'Pause or delete');
    await page.fill('#delete-name', poison('wrong'));
    await page.click('#app-delete');
    await page.waitForSelector('#delete-name[aria-invalid=true]');
    await see();

    const gone = poisonName('gone');
    await register(page, server.issuer, { name: gone });
    await tab(page, 'Pause or delete');
    await page.fill('#delete-name', gone);
    await page.click('#app-delete');
    await page.waitForSelector('text=The application is deleted.');
    await see(null, [gone]);
  });

  test('callers send it in every parameter', async () => {
    const basic = { authorization: `Basic ${btoa(`${service}:${secret}`)}` };
    assert.equal((await token({ grant_type: 'client_credentials' }, basic)).status, 200);
    const wrong = [
      { grant_type: 'client_credentials', scope: evilScope }, { grant_type: 'client_credentials', scope: poison('scope') },
      { grant_type: 'client_credentials', resource: evilAddress('sent') }, { grant_type: poison('grant') },
      { grant_type: 'authorization_code', code: poison('code'), redirect_uri: evilAddress('sent'), code_verifier: poison('verifier') },
      { grant_type: 'refresh_token', refresh_token: poison('refresh') },
    ];
    for (const fields of wrong) {
      assert.equal((await token(fields, basic)).status, 400);
      await token(fields, { authorization: `Basic ${btoa(`${web}:${webSecret}`)}` });
    }
    await token({ grant_type: 'client_credentials', client_id: service, client_secret: poison('secret') });
    const headers = { ...basic, 'user-agent': userAgent };
    for (const [path, body] of [
      ['/oauth/par', { redirect_uri: evilAddress('sent') }], ['/oauth/introspect', { token: poison('token'), token_type_hint: poison('hint') }],
      ['/oauth/revoke', { token: poison('token') }],
    ]) {
      await fetch(at(path), { method: 'POST', headers, body: new URLSearchParams(body) });
    }
    // What is asked for as JSON has a flight of its mail; this one is refused in the words of the mail server.
    const nobody = evilEmail('nobody', 'nobody.example');
    await server.command('user', 'create', nobody, '--name', poison('nobody'));
    const json = (body) => fetch(at('/oauth/authorize'), {
      method: 'POST', headers: { 'content-type': 'application/json', 'user-agent': userAgent }, body: JSON.stringify(body),
    });
    const asked = { client_id: web, redirect_uri: `${site}/oauth/callback`, response_type: 'code', scope: 'openid' };
    assert.equal((await json({ ...asked, username: nobody })).status, 200);
    await json({ ...asked, username: poison('username') });
    await json({ ...asked, username: developerEmail, redirect_uri: evilAddress('sent') });
    await server.command('webhook', 'create', '--url', `${site}/${poison('webhook').replace(/ /g, '')}`);
  });

  test('applications send people with it', async () => {
    const { context, page, see } = await newWatched(server);
    for (const parameter of ['redirect_uri', 'client_id', 'request_uri']) {
      await see(authorize({ [parameter]: poison(parameter) }));
    }
    await see(authorize({ redirect_uri: 'javascript:alert(1)' }), ['javascript:alert(1)']);
    await see(at(`/oauth/logout?${new URLSearchParams({ client_id: web, post_logout_redirect_uri: poison('logout'), state: poison('state') })}`));
    await see(authorize({ login_hint: poison('hint') }), [poisonName('web')]);
    await page.fill('#email', poison('address'));
    await page.click('#login-submit');
    await page.waitForSelector('#email[aria-invalid=true]');
    await see(null, [poison('address'), poisonName('web')]);
    await page.fill('#email', developerEmail);
    await page.click('#login-submit');
    await page.waitForSelector('#login-code');
    await see(null, [developerEmail, poisonName('web')]);
    await page.fill('#login-code', poison('code').slice(0, 24));
    await page.click('#login-code-submit');
    await page.waitForSelector('#login-code[aria-invalid=true]');
    await see();
    const isSignIn = ({ code, subject }) => code && subject.includes('web');
    const { link } = await new Person(developerEmail).mail(1, isSignIn);
    const other = await newWatched(server);
    await other.see(link, [poisonName('web')]);
    await other.context.close();
    await page.goto(link);
    await page.waitForSelector('#consent-allow');
    await see(null, [poisonName('web'), poison('scope-description'), evilScope]);
    await page.click('#consent-deny');
    await page.waitForURL(`${site}/**`);
    await context.close();
  });

  test('answers go back by form with it', async () => {
    // Where scripts run the form sends itself.
    const { context, page, see } = await newWatched(server, { javaScriptEnabled: false });
    await page.goto(authorize({ response_mode: 'form_post' }));
    await page.fill('#email', developerEmail);
    await page.click('#login-submit');
    await page.waitForSelector('#login-code');
    const isSignIn = ({ code, subject }) => code && subject.includes('web');
    await page.goto((await new Person(developerEmail).mail(2, isSignIn)).link);
    await page.click('#consent-allow');
    await page.waitForSelector('#form-post-submit');
    await see(null, [poison('state'), poisonName('web')]);
    const fields = { grant_type: 'authorization_code', redirect_uri: `${site}/oauth/callback`, code: await page.inputValue('input[name=code]') };
    assert.equal((await token(fields, { authorization: `Basic ${btoa(`${web}:${webSecret}`)}` })).status, 200);
    await see(at('/account'), [poisonName('web'), poison('account-name'), developerEmail]);
    await see(at(`/oauth/logout?client_id=${web}`), [poisonName('web')]);
    await see(at('/account/delete'), [developerEmail]);
    await page.fill('#delete-email', poison('delete'));
    await page.click('#delete-submit');
    await page.waitForSelector('#delete-email[aria-invalid=true]');
    await see();
    const asked = { client_id: web, redirect_uri: `${site}/oauth/callback`, response_type: 'code', scope: 'openid', username: developerEmail };
    const headers = { 'content-type': 'application/json' };
    assert.equal((await fetch(at('/oauth/authorize'), { method: 'POST', headers, body: JSON.stringify(asked) })).status, 200);
    await page.goto((await new Person(developerEmail).mail(3, isSignIn)).link);
    await page.waitForSelector('#confirm-login');
    await see(null, [poisonName('web')]);
    await context.close();
  });

  test('a colleague is invited', async () => {
    const invitation = await new Person(colleagueEmail).mail(1, ({ link }) => link?.includes('/invitations/'));
    const { context, page, see } = await newWatched(server);
    await page.goto(invitation.link);
    await signInAs(page, colleagueEmail, 1);
    await page.waitForSelector('#invitation-accept');
    await see(null, [poisonName('web'), developerEmail]);
    await see(at('/portal/applications'), [poisonName('web')]);
    await context.close();
  });

  test('an owner is warned of what will happen to an application', async () => {
    const { page, see } = developer;
    await register(page, server.issuer, { name: poisonName('warned') });
    const warning = await new Person(developerEmail).mail(1, ({ subject }) => subject.includes("alert('warned')"));
    await see(warning.link, [poisonName('warned')]);
    await page.click('#keep');
    await page.waitForSelector('#keep', { state: 'detached' });
    await see(null, [poisonName('warned')]);
  });

  for (const bypassCSP of [false, true]) {
    const how = bypassCSP ? 'without a policy to stop it' : 'under the policy of the pages';

    /** The same person in a new browser. */
    const again = async (watched) => newWatched(server, { bypassCSP, storageState: await watched.context.storageState() });

    /** Every page that pages lead to from here, once for each set of parameters. */
    async function crawl(see, start) {
      const [seen, waiting, texts] = [new Set(), [at(start)], []];
      const kind = (address) => {
        const { pathname, searchParams } = new URL(address);
        return [pathname, ...new Set(searchParams.keys())].join(' ');
      };
      const isPage = (address) => address.startsWith(`${server.issuer}/`) && !/\/export|openapi\.json|\/login\/switch/.test(address);
      for (let address = waiting.pop(); address; address = waiting.pop()) {
        if (seen.has(kind(address))) continue;
        seen.add(kind(address));
        const { links, text } = await see(address);
        texts.push(text);
        waiting.push(...links.filter(isPage));
      }
      return { seen, texts };
    }

    describe(how, () => {
      test('every operator page', async () => {
        const { context, see } = await again(operator);
        const { seen, texts } = await crawl(see, '/admin');
        for (const path of ['', '/approvals', '/applications', '/users', '/audit', '/keys', '/mail', '/scopes', '/settings']) {
          assert.ok(seen.has(`/admin${path}`), path);
        }
        const written = ['scope-description', 'resource-name', 'account-name', 'nobody', 'reason'].map(poison);
        const names = ['declared', 'service', 'web'].map(poisonName);
        for (const text of [...written, ...names, "<img src=x onerror=alert('smtp')>", evilScope, developerEmail, evilAddress('resource')]) {
          assert.ok(texts.some((page) => page.includes(text)), text);
        }
        await context.close();
      });

      test('every page of a developer', async () => {
        const { context, see } = await again(developer);
        const { seen, texts } = await crawl(see, '/portal/applications');
        for (const path of ['/portal/applications/new', '/account', `/portal/applications/${web}`]) assert.ok(seen.has(path), path);
        const written = [...['service', 'web', 'gone'].map(poisonName), poison('reason')];
        const sent = [evilAddress('sent'), evilAddress('web'), evilScope, "<img src=x onerror=alert('smtp')>"];
        for (const text of [...written, ...sent, colleagueEmail]) assert.ok(texts.some((page) => page.includes(text)), text);
        await context.close();
      });

      test('the documentation of the API', async () => {
        const { context, page, see } = await again(operator);
        await see(at(`/docs?${new URLSearchParams({ q: poison('docs') })}#${poison('docs')}`));
        await page.evaluate(() => document.querySelectorAll('details').forEach((part) => { part.open = true; }));
        await see();
        await context.close();
      });

      test('addresses and parameters that are not expected', async () => {
        const { context, see } = await again(operator);
        const segment = encodeURIComponent(poison('segment'));
        const folders = ['', 'admin/', 'admin/users/', 'admin/set-up/', 'portal/applications/', 'portal/invitations/', 'l/', 'keep/', 'static/', 'account/', 'dev/mail/', 'api/v1/', 'api/v1/applications/'];
        for (const folder of folders) await see(at(`/${folder}${segment}`));
        const all = ['q', 'state', 'done', 'event', 'actor', 'subject', 'from', 'to', 'after', 'before', 'return_to', 'format', 'fresh', 'login', 'cursor'];
        const query = new URLSearchParams(all.map((name) => [name, poison(name)]));
        for (const path of [
          '/admin', '/admin/applications', '/admin/users', '/admin/audit', '/admin/approvals', '/admin/keys', '/admin/mail', '/portal/applications',
          `/portal/applications/${web}`, '/account', '/account/delete', '/login', '/login/code', '/consent', '/oauth/logout', '/oauth/authorize',
          '/api/v1/applications', '/api/v1/audit', '/token',
        ]) {
          await see(at(`${path}?${query}`));
        }
        await see(at(`/admin/audit?${new URLSearchParams({ event: poison('event'), from: poison('from') })}`), [poison('event')]);
        await see(at(`/admin/applications?${new URLSearchParams({ q: poison('q') })}`), [poison('q')]);
        await see(at(`/admin/users?${new URLSearchParams({ q: poison('q') })}`), [poison('q')]);
        for (const address of ['javascript:alert(1)', '//elsewhere.example/', 'data:text/html,<script>alert(1)</script>']) {
          await see(at(`/login?return_to=${encodeURIComponent(address)}`));
        }
        await context.close();
      });
    });
  }
});

test('the mails that a server caught, which are HTML themselves', async () => {
  const server = await startServer({ more: ['--dev'], settings: { GATEPOST__MAIL__URL: undefined } });
  try {
    const name = poisonName('caught');
    const { client_id: clientId } = JSON.parse(await server.command(
      'app', 'create', '--name', name, '--type', 'web', '--redirect-uri', `${site}/oauth/callback`, '--json',
    ));
    for (const bypassCSP of [false, true]) {
      const { context, page, see } = await newWatched(server, { bypassCSP });
      const email = evilEmail('caught');
      await page.goto(`${server.issuer}/oauth/authorize?${new URLSearchParams({ client_id: clientId, response_type: 'code', redirect_uri: `${site}/oauth/callback` })}`);
      await page.fill('#email', email);
      await page.click('#login-submit');
      await page.waitForSelector('#login-code');
      const mail = page.locator('tr', { hasText: email });
      for (let tries = 0; tries < 100 && !await mail.count(); tries += 1) await page.goto(`${server.issuer}/dev/mail`);
      await see(null, [email, name]);
      await mail.locator('a').click();
      await page.waitForSelector('iframe');
      await see(null, [email, name]);
      assert.ok((await page.frames()[1].textContent('body')).includes(name));
      await context.close();
    }
  } finally {
    await server.stop();
  }
});
