// An issuer with a path, `https://example.com/id`, on a host that has other things too: everything a person meets is
// below the path, whether the proxy in front strips it or not.
import assert from 'node:assert/strict';
import { randomBytes, createHash } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { Person } from '../person.mjs';
import { assertAccessible, launch, newAddress, newDevice } from './chromium.mjs';
import { register, signInAs } from './people.mjs';
import { startProxy } from './proxy.mjs';
import { setUpLink, startServer } from './server.mjs';

const callback = 'https://app.example/cb';

let browser;
before(async () => { browser = await launch(); });
after(() => browser.close());

for (const strips of [true, false]) {
  describe(`below a path, behind a proxy that ${strips ? 'strips' : 'keeps'} it`, () => {
    let proxy;
    let server;
    before(async () => {
      proxy = await startProxy({ path: '/id', strips });
      server = await startServer({ issuer: proxy.issuer });
      proxy.passOnTo(server.address);
    });
    after(async () => {
      await server?.stop();
      proxy?.stop();
    });

    const at = (path) => `${proxy.issuer}${path}`;

    /** A browser that remembers whatever of a page was not there or not allowed. */
    async function device() {
      const page = await newDevice(browser);
      const broken = [];
      page.on('response', (response) => {
        if (response.status() >= 400 && !response.url().endsWith('/favicon.ico')) broken.push(`${response.status()} ${response.url()}`);
      });
      page.on('console', (message) => { if (message.type() === 'error') broken.push(message.text()); });
      // The application is nowhere.
      await page.route(`${callback}**`, (route) => route.fulfill({ contentType: 'text/html', body: '<title>Back</title>' }));
      return { page, broken };
    }

    /** The page is styled, and each of its links and forms leads below the path or to another host. */
    async function look({ page, broken }) {
      await page.waitForLoadState();
      assert.ok(page.url().startsWith(proxy.issuer), page.url());
      const { rules, addresses } = await page.evaluate(() => ({
        rules: [...document.styleSheets].map((sheet) => sheet.cssRules.length),
        addresses: [...document.querySelectorAll('[href], [src], [action]')]
          .map((element) => element.href?.baseVal ?? element.href ?? element.src ?? element.action),
      }));
      assert.ok(rules.length && rules.every((count) => count > 0), `${page.url()} is not styled: ${rules}`);
      const { origin } = new URL(proxy.issuer);
      const outside = addresses.filter((address) =>
        new URL(address, page.url()).origin === origin && !`${new URL(address, page.url()).pathname}/`.startsWith('/id/'));
      assert.deepEqual(outside, [], page.url());
      assert.deepEqual(broken, [], page.url());
      await assertAccessible(page);
    }

    const strayed = () => proxy.strays.filter((stray) => !stray.startsWith('GET /favicon.ico'));

    test('a person signs in to an application, with the link opened in another window', async () => {
      const application = JSON.parse(await server.command(
        'app', 'create', '--name', 'Shop', '--type', 'spa', '--redirect-uri', callback, '--json',
      ));
      const metadata = await (await fetch(at('/.well-known/openid-configuration'))).json();
      const verifier = randomBytes(32).toString('base64url');
      const start = new URL(metadata.authorization_endpoint);
      start.search = new URLSearchParams({
        client_id: application.client_id, response_type: 'code', redirect_uri: callback, scope: 'openid email',
        code_challenge: createHash('sha256').update(verifier).digest('base64url'), code_challenge_method: 'S256',
      });
      const [visitor, email] = [await device(), newAddress()];
      const { page } = visitor;
      await page.goto(start.href);
      await look(visitor);
      await page.fill('#email', email);
      await page.click('#login-submit');
      await page.waitForSelector('#login-code');
      await look(visitor);
      const other = await page.context().newPage();
      await other.goto((await new Person(email).mail(1)).link);
      await other.waitForSelector('#consent-allow');
      // The first window notices by itself.
      await page.waitForSelector('#consent-allow');
      await look(visitor);
      await other.close();
      await page.click('#consent-allow');
      await page.waitForURL(`${callback}?**`);
      const answer = new URL(page.url()).searchParams;
      assert.equal(answer.get('iss'), proxy.issuer);
      const tokens = await (await fetch(metadata.token_endpoint, {
        method: 'POST',
        body: new URLSearchParams({
          grant_type: 'authorization_code', code: answer.get('code'), redirect_uri: callback,
          code_verifier: verifier, client_id: application.client_id,
        }),
      })).json();
      await page.goto(`${metadata.end_session_endpoint}?id_token_hint=${tokens.id_token}`);
      await look(visitor);
      await page.goto(at('/account'));
      await page.waitForSelector('#email');
      await look(visitor);
      assert.deepEqual(strayed(), []);
    });

    test('the account, the portal and the documentation are there', async () => {
      const [visitor, email] = [await device(), newAddress()];
      const { page } = visitor;
      for (const path of ['', '/', '/docs']) {
        await page.goto(at(path));
        await look(visitor);
      }
      await page.goto(at('/account'));
      await signInAs(page, email, 1);
      await page.waitForSelector('#name-save');
      await page.fill('#name', 'Zoë');
      await page.click('#name-save');
      await page.waitForSelector('.notice');
      await look(visitor);
      await register(page, proxy.issuer, { name: 'Orders', type: 'web', redirectUris: callback });
      await look(visitor);
      await page.goto(at('/portal/applications'));
      await page.click('main a:has-text("Orders")');
      await page.waitForSelector('#app-client-id');
      await look(visitor);
      await page.goto(at('/account'));
      await page.click('#sign-out');
      await page.waitForURL(at('/account/sign-out'));
      await look(visitor);
      assert.deepEqual(strayed(), []);
    });

    test('the first operator is made and sees the pages of operators', async () => {
      const operator = await device();
      const { page } = operator;
      const link = setUpLink(server);
      assert.ok(link.startsWith(proxy.issuer), link);
      await page.goto(link);
      await look(operator);
      await page.fill('#email', newAddress());
      await page.click('#set-up-submit');
      await page.waitForURL(at('/admin'));
      const paths = await page.$$eval('nav a[href], .bar a[href]', (links) => links.map(({ href }) => href));
      assert.ok(paths.length > 3, String(paths));
      for (const path of paths.filter((href) => href.startsWith(proxy.issuer))) {
        await page.goto(path);
        await look(operator);
      }
      assert.deepEqual(strayed(), []);
    });

    test('no other part of the host gets a cookie of this server', async () => {
      const { page } = await device();
      await page.goto(at('/login'));
      const cookies = await page.context().cookies();
      assert.ok(cookies.length && cookies.every(({ path }) => path === '/id'), JSON.stringify(cookies));
      await page.goto(`${new URL(proxy.issuer).origin}/elsewhere`);
      assert.deepEqual(proxy.strays.filter((stray) => !stray.endsWith('undefined')), []);
    });
  });
}
