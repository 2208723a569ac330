import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Person } from '../person.mjs';
import {
  answerAt, assertAccessible, authorization, launch, newAddress, newDevice, startApplication, tokensFor,
} from './chromium.mjs';

const accountPage = `${process.env.ISSUER}/account`;

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

/** Signs a person in to the application by their newest mail, which is their n-th. */
async function signIn(page, email, n) {
  const { url, verifier } = authorization();
  await page.goto(url);
  await page.fill('#email', email);
  await page.click('#login-submit');
  await page.waitForSelector('#login-code');
  await page.goto((await new Person(email).mail(n)).link);
  // Who has agreed before is not asked again.
  if (await page.locator('#consent-allow').count()) await page.click('#consent-allow');
  return tokensFor((await answerAt(page)).get('code'), verifier);
}

/** A person at the account page of a new device. */
async function atTheAccount(options, email = newAddress(), n = 1) {
  const page = await newDevice(browser, options);
  const tokens = await signIn(page, email, n);
  await page.goto(accountPage);
  return { page, email, tokens };
}

/** Whether the application, asking in the background, finds the person signed in. */
async function answerWithoutAsking(page) {
  await page.goto(authorization({ prompt: 'none' }).url);
  return (await answerAt(page)).get('error') ?? 'signed in';
}

const userinfo = ({ access_token: token }) =>
  fetch(`${process.env.ISSUER}/oauth/userinfo`, { headers: { authorization: `Bearer ${token}` } });

const looks = {
  desktop: { viewport: { width: 1280, height: 800 } },
  'desktop, dark': { viewport: { width: 1280, height: 800 }, colorScheme: 'dark' },
  phone: { viewport: { width: 360, height: 740 } },
  'phone, dark': { viewport: { width: 360, height: 740 }, colorScheme: 'dark' },
};

for (const [name, options] of Object.entries(looks)) {
  test(`the account page is accessible: ${name}`, async () => {
    const { page, email } = await atTheAccount(options);
    assert.match(await page.textContent('main'), new RegExp(email));
    await assertAccessible(page);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth);
    assert.equal(wide, false, 'nothing has to be scrolled sideways');
    await page.click('#delete-account');
    await page.waitForSelector('#delete-email');
    await assertAccessible(page);
  });
}

for (const javaScriptEnabled of [true, false]) {
  describe(`the account with JavaScript ${javaScriptEnabled ? 'on' : 'off'}`, () => {
    const options = { javaScriptEnabled };
    const look = async (page) => { if (javaScriptEnabled) await assertAccessible(page); };

    test('ends the session of another device and no other', async () => {
      const { page: lost, email } = await atTheAccount(options);
      const { page } = await atTheAccount(options, email, 2);
      const sessions = page.locator('section[aria-labelledby=sessions] li');
      assert.equal(await sessions.count(), 2);
      await sessions.filter({ hasNot: page.locator('.badge') }).locator('button').click();
      await page.waitForURL('**/account?done=session');
      await look(page);
      assert.equal(await sessions.count(), 1);
      assert.equal(await answerWithoutAsking(lost), 'login_required');
      assert.equal(await answerWithoutAsking(page), 'signed in');
    });

    test('takes an application its access, which has to ask again', async () => {
      const { page, tokens } = await atTheAccount(options);
      assert.equal((await userinfo(tokens)).status, 200);
      await page.click('section[aria-labelledby=applications] li button');
      await page.waitForURL('**/account?done=application');
      await look(page);
      assert.equal(await page.locator('section[aria-labelledby=applications] li').count(), 0);
      assert.equal((await userinfo(tokens)).status, 401);
      assert.equal(await answerWithoutAsking(page), 'consent_required');
    });

    test('signs out everywhere', async () => {
      const { page: other, email } = await atTheAccount(options);
      const { page } = await atTheAccount(options, email, 2);
      await page.click('#sign-out-everywhere');
      await page.waitForURL('**/account/sign-out-everywhere');
      await look(page);
      for (const device of [page, other]) assert.equal(await answerWithoutAsking(device), 'login_required');
    });

    test('is deleted, and everything with it, when its address is typed', async () => {
      const { page, email, tokens } = await atTheAccount(options);
      await page.click('#delete-account');
      await page.fill('#delete-email', 'somebody@example.com');
      await page.click('#delete-submit');
      await page.waitForSelector('#delete-email[aria-invalid=true]');
      await look(page);
      await page.fill('#delete-email', email);
      await page.click('#delete-submit');
      await page.waitForSelector('#delete-email', { state: 'detached' });
      await look(page);
      assert.equal((await userinfo(tokens)).status, 401);
      assert.equal(await answerWithoutAsking(page), 'login_required');
    });
  });
}
