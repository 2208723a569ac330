import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { addAuthenticator } from './authenticator.mjs';
import { assertAccessible, launch, newAddress, newDevice } from './chromium.mjs';
import { signInAs } from './people.mjs';
import { startServer } from './server.mjs';

let browser;
let server;
before(async () => {
  // Passkeys are for names, not for IP addresses.
  server = await startServer({ host: 'localhost', configuration: '[login]\nsignup = "open"\n' });
  browser = await launch();
});
after(async () => {
  await browser.close();
  await server.stop();
});

const login = () => `${server.issuer}/login`;

/** A device with an authenticator. Without `suggests` its browser offers no passkeys in the field of the address. */
async function deviceWithAuthenticator({ suggests = false, options = {}, ...more } = {}) {
  const page = await newDevice(browser, options);
  const authenticator = await addAuthenticator(page, more);
  if (!suggests) {
    await page.addInitScript(() => {
      if (window.PublicKeyCredential) PublicKeyCredential.isConditionalMediationAvailable = async () => false;
    });
  }
  return { page, authenticator };
}

/** Signs up by mail, takes the passkey that is offered then, and signs out. */
async function withPasskey(options) {
  const { page, authenticator } = await deviceWithAuthenticator(options);
  await page.goto(login());
  await page.waitForSelector('input[name=passkeys]', { state: 'attached' });
  await signInAs(page, newAddress(), 1);
  await page.waitForSelector('#passkey-add:visible');
  assert.match(page.url(), /\/login\/add-passkey/);
  await assertAccessible(page);
  await page.click('#passkey-add');
  await page.waitForURL(({ pathname }) => pathname === '/account');
  assert.equal((await authenticator.credentials()).length, 1);
  return { page, authenticator };
}

async function signOut(page) {
  await page.goto(`${server.issuer}/account`);
  await page.click('#sign-out');
  await page.goto(login());
}

const looks = {
  desktop: { viewport: { width: 1280, height: 800 } },
  'phone, dark': { viewport: { width: 360, height: 740 }, colorScheme: 'dark' },
};

for (const [name, options] of Object.entries(looks)) {
  test(`a passkey is offered after a sign-in by mail and signs in with one click: ${name}`, async () => {
    const { page } = await withPasskey({ options });
    await assertAccessible(page);
    assert.match(await page.textContent('section[aria-labelledby=passkeys]'), /not used yet/);
    await signOut(page);
    await page.waitForSelector('#passkey-login:visible');
    await assertAccessible(page);
    await page.click('#passkey-login');
    await page.waitForURL(({ pathname }) => pathname === '/account');
    assert.match(await page.textContent('section[aria-labelledby=passkeys]'), /last used/);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth);
    assert.equal(wide, false, 'nothing has to be scrolled sideways');
  });
}

test('a passkey out of the field of the address signs in without a click', async () => {
  const { page } = await withPasskey({ suggests: true });
  await signOut(page);
  await page.waitForURL(({ pathname }) => pathname === '/account');
});

test('a passkey is renamed and removed, and then it signs in no more', async () => {
  const { page } = await withPasskey();
  await page.click('section[aria-labelledby=passkeys] summary');
  await page.fill('section[aria-labelledby=passkeys] input[name=name]', 'My laptop');
  await page.click('section[aria-labelledby=passkeys] details button');
  await page.waitForSelector('text=My laptop');
  await page.click('section[aria-labelledby=passkeys] form.inline button');
  await page.waitForSelector('.notice');
  await signOut(page);
  await page.click('#passkey-login');
  await page.waitForSelector('text=This passkey was not accepted here');
  await assertAccessible(page);
});

test('the same authenticator has one passkey for an account', async () => {
  const { page, authenticator } = await withPasskey();
  await page.click('#passkey-add');
  await page.waitForSelector('text=This device has a passkey for your account already');
  assert.equal((await authenticator.credentials()).length, 1);
});

test('a copy of a passkey is found out by its counter', async () => {
  const { page, authenticator } = await withPasskey();
  const [before] = await authenticator.credentials();
  for (let uses = 0; uses < 2; uses += 1) {
    await signOut(page);
    await page.click('#passkey-login');
    await page.waitForURL(({ pathname }) => pathname === '/account');
  }
  await authenticator.turnBack(before, 0);
  await signOut(page);
  await page.click('#passkey-login');
  await page.waitForSelector('text=This passkey was not accepted here');
  const events = JSON.parse(await server.command('audit', 'list', '--json'));
  assert.ok(JSON.stringify(events).includes('passkey.cloned'));
});

test('a page of another origin cannot ask for the passkeys of this server', async () => {
  const { page } = await withPasskey();
  await page.goto(server.issuer.replace('localhost', '127.0.0.1'));
  const refused = await page.evaluate(async () => {
    try {
      await navigator.credentials.get({ publicKey: { challenge: new Uint8Array(32), rpId: 'localhost' } });
      return 'answered';
    } catch (error) {
      return error.name;
    }
  });
  assert.equal(refused, 'SecurityError');
});

test('without an authenticator that can keep one no passkey is offered, and without scripts there is no button', async () => {
  const page = await newDevice(browser, {});
  await page.goto(login());
  await signInAs(page, newAddress(), 1);
  await page.waitForURL(({ pathname }) => pathname === '/account');
  const plain = await newDevice(browser, { javaScriptEnabled: false });
  await plain.goto(login());
  assert.equal(await plain.isVisible('#passkey-login'), false);
  await signInAs(plain, newAddress(), 1);
  await plain.waitForSelector('noscript p');
  assert.match(await plain.textContent('noscript'), /needs JavaScript/);
});
