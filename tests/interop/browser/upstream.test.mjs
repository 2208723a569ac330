// Signing in at another provider, one that nobody here wrote: oidc-provider, with the pages that it has for trying things out.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { after, before, describe, test } from 'node:test';
import { Provider } from 'oidc-provider';
import { assertAccessible, launch, newAddress, newDevice } from './chromium.mjs';
import { signInAs } from './people.mjs';
import { startServer } from './server.mjs';

let browser;
let server;
let elsewhere;
before(async () => {
  let provider;
  elsewhere = createServer((request, response) => provider.callback()(request, response)).listen(0, '127.0.0.1');
  await once(elsewhere, 'listening');
  const issuer = `http://127.0.0.1:${elsewhere.address().port}`;
  const configuration = `
[login]
signup = "open"
[rate_limits]
enabled = false
[[upstreams]]
name = "elsewhere"
issuer = "${issuer}"
client_id = "gatepost"
client_secret = "a secret of both: 1%"
label = "Elsewhere"
`;
  server = await startServer({ host: 'localhost', configuration });
  provider = new Provider(issuer, {
    clients: [{
      client_id: 'gatepost',
      client_secret: 'a secret of both: 1%',
      redirect_uris: [`${server.issuer}/login/upstream/elsewhere/callback`],
    }],
    pkce: { required: () => true },
    claims: { email: ['email', 'email_verified'], profile: ['name'] },
    // Whoever signs in is who they say: the pages for trying things out take any name and password.
    findAccount: (_, sub) => ({ accountId: sub, claims: () => ({ sub, email: sub, email_verified: true, name: 'Sam' }) }),
  });
  browser = await launch();
});
after(async () => {
  await browser.close();
  await server.stop();
  elsewhere.closeAllConnections();
  elsewhere.close();
});

const login = () => `${server.issuer}/login`;

/** Signs in there, where nobody is yet, and lets this server know who it is. */
async function signInThere(page, address) {
  await page.click('#upstream-elsewhere');
  await page.fill('input[name=login]', address);
  await page.fill('input[name=password]', 'anything');
  await page.click('button[type=submit]');
  await page.waitForSelector('text=Continue');
}

async function signOut(page) {
  await page.goto(`${server.issuer}/account`);
  await page.click('#sign-out');
  await page.goto(login());
}

const isAtAccount = ({ pathname }) => pathname === '/account';

for (const javaScriptEnabled of [true, false]) {
  describe(`with JavaScript ${javaScriptEnabled ? 'on' : 'off'}`, () => {
    const device = async () => {
      const page = await newDevice(browser, { javaScriptEnabled });
      await page.goto(login());
      return page;
    };
    const look = async (page) => { if (javaScriptEnabled) await assertAccessible(page); };

    test('a newcomer gets an account, and is signed in at once the next time', async () => {
      const [page, address] = [await device(), newAddress()];
      await look(page);
      await signInThere(page, address);
      await page.click('text=Continue');
      await page.waitForURL(isAtAccount);
      assert.match(await page.textContent('main'), new RegExp(address));
      await look(page);
      await signOut(page);
      await page.click('#upstream-elsewhere');
      await page.waitForURL(isAtAccount);
    });

    test('who has an account proves it by mail, and agrees', async () => {
      const [page, address] = [await device(), newAddress()];
      await signInAs(page, address, 1);
      await page.waitForURL(({ pathname }) => ['/account', '/login/add-passkey'].includes(pathname));
      await signOut(page);
      await signInThere(page, address);
      await page.click('text=Continue');
      await page.waitForURL(/\/login\/connect\//);
      await look(page);
      assert.equal(await page.locator('#upstream-elsewhere').count(), 0);
      await signInAs(page, address, 2);
      await page.waitForURL(/\/login\/(connect|add-passkey)/);
      if (page.url().includes('add-passkey')) await page.click('text=Not now');
      await page.waitForSelector('#upstream-connect');
      await look(page);
      await page.click('#upstream-connect');
      await page.waitForURL(isAtAccount);
      await signOut(page);
      await page.click('#upstream-elsewhere');
      await page.waitForURL(isAtAccount);
    });

    test('who changes their mind there is offered the other ways', async () => {
      const page = await device();
      await signInThere(page, newAddress());
      await page.click('text=Cancel');
      await page.waitForSelector('#login-submit');
      assert.match(await page.textContent('main'), /was cancelled/);
      await look(page);
    });
  });
}
