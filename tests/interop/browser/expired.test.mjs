// At a server whose links and codes are over after a second.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Person } from '../person.mjs';
import { assertAccessible, authorization, launch, newAddress, newDevice } from './chromium.mjs';

let browser;
before(async () => { browser = await launch(); });
after(() => browser.close());

/** Waits until the link has expired. */
async function isOver(link) {
  for (let tries = 0; tries < 100; tries += 1) {
    if ((await fetch(link)).status === 400) return;
    await sleep(50);
  }
  throw new Error('the link is not over yet');
}

for (const javaScriptEnabled of [true, false]) {
  test(`an expired code is said to be expired, with JavaScript ${javaScriptEnabled ? 'on' : 'off'}`, async () => {
    const look = async (page) => { if (javaScriptEnabled) await assertAccessible(page); };
    const [page, email] = [await newDevice(browser, { javaScriptEnabled }), newAddress()];
    await page.goto(authorization().url);
    await page.fill('#email', email);
    await page.click('#login-submit');
    await page.waitForSelector('#login-code');
    const { link, code } = await new Person(email).mail(1);
    await isOver(link);
    await page.fill('#login-code', code);
    await page.click('#login-code-submit');
    await page.waitForSelector('#login-code', { state: 'detached' });
    await look(page);
    assert.equal(await page.locator('#consent-allow').count(), 0);
    // The page leads back to the beginning.
    await page.click('main a.button.primary');
    await page.waitForSelector('#email');

    const response = await page.goto(link);
    assert.equal(response.status(), 400);
    await look(page);
    assert.equal(await page.locator('#confirm-login, #shown-code, #consent-allow').count(), 0);
  });
}
