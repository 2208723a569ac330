import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { Person } from '../person.mjs';
import {
  ONWARD, afterLogout, answerAt, assertAccessible, authorization, elsewhere, launch, logoutAddress, newAddress, newDevice,
  startApplication, tokensFor,
} from './chromium.mjs';

const native = JSON.parse(readFileSync(`${process.env.INTEROP_DIR}/native.json`, 'utf8'));

let browser;
let site;
before(async () => {
  site = startApplication();
  browser = await launch();
});
after(async () => {
  await browser.close();
  site.close();
});

for (const javaScriptEnabled of [true, false]) {
  describe(`with JavaScript ${javaScriptEnabled ? 'on' : 'off'}`, () => {
    const device = () => newDevice(browser, { javaScriptEnabled });
    const look = async (page) => { if (javaScriptEnabled) await assertAccessible(page); };

    /** Goes to the sign-in page and asks for a mail; what is in it. */
    async function askForMail(page, email, more) {
      const request = authorization(more);
      await page.goto(request.url);
      await look(page);
      await page.fill('#email', email);
      await page.click('#login-submit');
      await page.waitForSelector('#login-code');
      await look(page);
      return request;
    }

    async function allow(page) {
      await page.waitForSelector('#consent-allow');
      await look(page);
      await page.click('#consent-allow');
    }

    async function signedIn() {
      const [page, email] = [await device(), newAddress()];
      const { verifier } = await askForMail(page, email);
      await page.goto((await new Person(email).mail(1)).link);
      await allow(page);
      const tokens = await tokensFor((await answerAt(page)).get('code'), verifier);
      return { page, email, tokens };
    }

    test('a newcomer signs up by the link, and is not asked again', async () => {
      const { page } = await signedIn();
      const again = authorization({ prompt: 'none' });
      await page.goto(again.url);
      await tokensFor((await answerAt(page)).get('code'), again.verifier);
    });

    test('the application may send the browser on to another origin', async () => {
      const [page, email] = [await device(), newAddress()];
      await askForMail(page, email, { state: ONWARD });
      await page.goto((await new Person(email).mail(1)).link);
      await allow(page);
      await page.waitForURL(elsewhere);
      // Signed in and asked once, it goes there without a page of this server.
      await page.goto(authorization({ state: ONWARD, prompt: 'none' }).url);
      assert.equal(page.url(), elsewhere);
    });

    test('an app on a phone gets its answer by a scheme of its own', async () => {
      const [page, email] = [await device(), newAddress()];
      const callback = { client_id: native.client_id, redirect_uri: 'com.example.app:/cb' };
      const { verifier } = await askForMail(page, email, callback);
      await page.goto((await new Person(email).mail(1)).link);
      // What our pages forbid a form to lead to is not asked for at all.
      const left = page.waitForRequest((request) => request.url().startsWith('com.example.app:/cb?'));
      await allow(page);
      const answer = new URL((await left).url()).searchParams;
      assert.equal(answer.get('state'), 'state-1');
      const form = { ...callback, grant_type: 'authorization_code', code: answer.get('code'), code_verifier: verifier };
      const response = await fetch(`${process.env.ISSUER}/token`, { method: 'POST', body: new URLSearchParams(form) });
      assert.equal(response.status, 200, await response.text());
    });

    test('the link on another device shows the code, which is typed on the first', async () => {
      const [page, email] = [await device(), newAddress()];
      const { verifier } = await askForMail(page, email);
      const { link } = await new Person(email).mail(1);
      const other = await device();
      await other.goto(link);
      await look(other);
      const code = await other.textContent('#shown-code');
      await page.fill('#login-code', code);
      await page.click('#login-code-submit');
      await allow(page);
      await tokensFor((await answerAt(page)).get('code'), verifier);
    });

    test('the tab that waits notices that the link was opened in another one, and keeps what is typed', async () => {
      const [page, email] = [await device(), newAddress()];
      const { verifier } = await askForMail(page, email);
      await page.fill('#login-code', 'ABCD');
      const frame = page.frameLocator('#waiting');
      // It is loaded anew meanwhile, more than once.
      for (let times = 0; times < 2; times += 1) await page.waitForResponse(/login\/code\/watch/);
      assert.equal(await page.inputValue('#login-code'), 'ABCD');
      const other = await page.context().newPage();
      await other.goto((await new Person(email).mail(1)).link);
      if (!javaScriptEnabled) await frame.locator('#go-on').click();
      await allow(page);
      await tokensFor((await answerAt(page)).get('code'), verifier);
    });

    test('a wrong code is said to be wrong; the right one still works', async () => {
      const [page, email] = [await device(), newAddress()];
      const { verifier } = await askForMail(page, email);
      const { code } = await new Person(email).mail(1);
      const wrong = `${code[0] === '7' ? '8' : '7'}${code.slice(1)}`;
      await page.fill('#login-code', wrong);
      await page.click('#login-code-submit');
      await page.waitForSelector('#login-code[aria-invalid=true]');
      await look(page);
      await page.fill('#login-code', code.toLowerCase().replace('-', ' '));
      await page.click('#login-code-submit');
      await allow(page);
      await tokensFor((await answerAt(page)).get('code'), verifier);
    });

    test('a used link says so', async () => {
      const { page, email } = await signedIn();
      const { link } = await new Person(email).mail(1);
      const other = await device();
      const response = await other.goto(link);
      assert.ok(response.status() < 500);
      await look(other);
      assert.equal(await other.locator('#confirm-login, #shown-code').count(), 0);
      await page.context().close();
    });

    test('who does not agree sends the application away with access_denied', async () => {
      const [page, email] = [await device(), newAddress()];
      await askForMail(page, email);
      await page.goto((await new Person(email).mail(1)).link);
      await page.waitForSelector('#consent-deny');
      await page.click('#consent-deny');
      const answer = await answerAt(page);
      assert.equal(answer.get('error'), 'access_denied');
      assert.equal(answer.get('code'), null);
    });

    test('signing out asks first, and ends the session', async () => {
      const { page } = await signedIn();
      await page.goto(logoutAddress());
      await look(page);
      await page.click('#logout-yes');
      await page.waitForURL(afterLogout);
      await page.goto(authorization({ prompt: 'none' }).url);
      assert.equal((await answerAt(page)).get('error'), 'login_required');
    });
  });
}

test('an error page and the way to the account are accessible', async () => {
  const page = await newDevice(browser, {});
  await page.goto(authorization({ redirect_uri: 'https://elsewhere.example/callback' }).url);
  await assertAccessible(page);
  await page.goto(`${process.env.ISSUER}/account`);
  await assertAccessible(page);
});

test('dark and narrow, the pages are readable too', async () => {
  const page = await newDevice(browser, { colorScheme: 'dark', viewport: { width: 360, height: 740 } });
  await page.goto(authorization().url);
  await assertAccessible(page);
  const wide = await page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth);
  assert.equal(wide, false, 'nothing has to be scrolled sideways');
});
