// The operator of a server: the first link, then every operator page and what can be done there.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Person } from '../person.mjs';
import { assertAccessible, launch, newAddress, newDevice } from './chromium.mjs';
import { register, signInAs, tab } from './people.mjs';
import { setUpLink, startServer } from './server.mjs';

const configuration = `
[[scopes]]
name = "orders:write"
description = "Change orders"
[[resources]]
identifier = "https://api.example.com"
name = "Orders"
scopes = ["orders:write"]
`;

let browser;
before(async () => { browser = await launch(); });
after(() => browser.close());

/** On a phone and at a desk, in light and dark, nothing is an obstacle and nothing has to be scrolled sideways. */
async function readableEverywhere(page) {
  for (const viewport of [{ width: 320, height: 640 }, { width: 1280, height: 800 }]) {
    await page.setViewportSize(viewport);
    for (const colorScheme of ['light', 'dark']) {
      // Colours that are still on their way to others would be measured.
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      await assertAccessible(page, colorScheme === 'dark' ? { runOnly: ['color-contrast'] } : {});
    }
    const wide = await page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth);
    assert.equal(wide, false, `${page.url()} at ${viewport.width}`);
  }
}

for (const javaScriptEnabled of [true, false]) {
  describe(`an operator with JavaScript ${javaScriptEnabled ? 'on' : 'off'}`, () => {
    const look = async (page) => { if (javaScriptEnabled) await assertAccessible(page); };
    const [operator, developer] = [newAddress(), newAddress()];
    let server;
    let at;
    let page;
    let theirs;
    let clientId;

    before(async () => {
      server = await startServer({ configuration });
      at = (path) => `${server.issuer}${path}`;
      page = await newDevice(browser, { javaScriptEnabled });
      theirs = await newDevice(browser, { javaScriptEnabled });
      await theirs.goto(at('/portal'));
      await signInAs(theirs, developer, 1);
      clientId = await register(theirs, server.issuer, {
        name: 'Order sync', scope: 'openid orders:write', reason: 'Nightly orders',
      });
      await look(theirs);
    });
    after(() => server?.stop());

    /** The operator signed in long ago. */
    const signedInLongAgo = () => server.store(
      'UPDATE sessions SET auth_time = auth_time - 3600000000 WHERE ended_at IS NULL AND user_id = (SELECT id FROM users WHERE email = ?)',
      operator,
    );

    const notice = () => page.textContent('.notice');

    test('the link that the server prints makes the first operator, once', async () => {
      await page.goto(at('/admin'));
      await page.waitForSelector('#email');
      const link = setUpLink(server);
      await page.goto(link);
      await look(page);
      await page.fill('#email', 'nobody');
      await page.click('#set-up-submit');
      await page.waitForSelector('#email[aria-invalid=true]');
      assert.match(await page.title(), /^Error: /);
      await look(page);
      await page.fill('#email', operator);
      await page.click('#set-up-submit');
      await page.waitForURL(at('/admin'));
      await look(page);
      const late = await newDevice(browser, { javaScriptEnabled });
      assert.equal((await late.goto(link)).status(), 404);
      await look(late);
      await late.context().close();
    });

    test('other people find nothing there', async () => {
      for (const path of ['/admin', '/admin/approvals', '/admin/audit', '/admin/settings']) {
        assert.equal((await theirs.goto(at(path))).status(), 404, path);
      }
      await look(theirs);
      assert.equal(await theirs.locator('nav').count(), 0);
    });

    test('grants what a developer asked for, after a fresh sign-in', async () => {
      await signedInLongAgo();
      await page.goto(at('/admin'));
      await page.click('text=1 request waits for your decision');
      await look(page);
      assert.match(await page.textContent('main'), /orders:write[^]*Nightly orders/);
      await page.click('#grant-1');
      await page.waitForSelector('#email');
      await look(page);
      await signInAs(page, operator, 1);
      await page.waitForURL(at('/admin/approvals'));
      await page.click('#grant-1');
      await page.waitForURL(at('/admin/approvals?done=granted'));
      assert.match(await notice(), /Granted/);
      assert.match(await page.textContent('main'), /Nothing waits/);
      await look(page);
      await theirs.goto(at(`/portal/applications/${clientId}/access`));
      const scopes = await theirs.evaluate(() => new FormData(document.querySelector('form:has(#set-scopes)')).getAll('scopes'));
      assert.deepEqual(scopes.flatMap((sent) => sent.split(/\s+/)).filter(Boolean), ['openid', 'orders:write']);
      assert.equal(await theirs.locator('.waiting').count(), 0);
    });

    test('refuses what goes too far', async () => {
      await register(theirs, server.issuer, { name: 'Everything', scope: 'openid gatepost:admin' });
      await page.goto(at('/admin/approvals'));
      await page.click('#refuse-1');
      await page.waitForURL(at('/admin/approvals?done=refused'));
      assert.match(await notice(), /Refused/);
    });

    test('finds an application by name, client id or owner, and opens it in the portal', async () => {
      await page.goto(at('/admin/applications'));
      await look(page);
      for (const [sought, found] of [['order', 1], [clientId, 1], [developer, 2], [newAddress(), 0]]) {
        await page.fill('#q', sought);
        await page.click('form[role=search] button');
        await page.waitForURL((url) => url.searchParams.get('q') === sought);
        assert.equal(await page.locator('.apps > li').count(), found, sought);
      }
      await page.goto(at('/admin/applications?q=order'));
      await page.click('.apps a');
      await tab(page, 'Pause or delete');
      await page.click('#app-deactivate');
      await page.waitForSelector('#app-activate');
      await look(page);
      await page.goto(at('/admin/applications'));
      await page.selectOption('#state', 'deactivated');
      await page.click('form[role=search] button');
      await page.waitForURL((url) => url.searchParams.get('state') === 'deactivated');
      assert.equal(await page.locator('.apps > li').count(), 1);
    });

    test('disables an account, enables it, and deletes it when its address is typed', async () => {
      await page.goto(at('/admin/users'));
      await look(page);
      await page.fill('#q', developer.slice(0, 8));
      await page.click('form[role=search] button');
      await page.click(`a:has-text("${developer}")`);
      await look(page);
      await page.click('#user-disable');
      await page.waitForSelector('#user-enable');
      assert.match(await notice(), /is disabled/);
      await look(page);
      await theirs.goto(at('/portal/applications'));
      await theirs.waitForSelector('#email');
      await page.click('#user-enable');
      await page.waitForSelector('#user-disable');
      await signInAs(theirs, developer, 2);
      await theirs.waitForURL(at('/portal/applications'));
      await page.click('#user-promote');
      await page.waitForSelector('#user-demote');
      assert.equal((await theirs.goto(at('/admin'))).status(), 200);
      await page.click('#user-demote');
      await page.waitForSelector('#user-promote');
      assert.equal((await theirs.goto(at('/admin'))).status(), 404);
      await page.fill('#delete-email', operator);
      await page.click('#user-delete');
      await page.waitForSelector('#delete-email[aria-invalid=true]');
      await look(page);
      await page.fill('#delete-email', developer);
      await page.click('#user-delete');
      await page.waitForURL(at('/admin/users?done=deleted'));
      assert.equal(await page.locator(`a:has-text("${developer}")`).count(), 0);
      await page.click(`a:has-text("${operator}")`);
      await page.waitForSelector('text=This is your own account');
      assert.equal(await page.locator('#user-disable, #user-demote, #user-delete').count(), 0);
      await look(page);
    });

    test('has a key take over, and revokes the one before by typing its id', async () => {
      const published = async () => {
        const { keys } = await (await fetch(at('/.well-known/jwks.json'))).json();
        return keys.map(({ kid }) => kid);
      };
      await page.goto(at('/admin/keys'));
      await look(page);
      const old = await page.textContent('li:has(.badge.good) code');
      await page.click('#key-rotate');
      await page.waitForURL(at('/admin/keys?done=*'));
      await look(page);
      await page.click('#key-rotate-now');
      await page.waitForURL(at('/admin/keys?done=*'));
      assert.notEqual(await page.textContent('li:has(.badge.good) code'), old);
      const line = page.locator('li', { has: page.locator(`code:text-is("${old}")`) });
      await line.locator('summary').click();
      await look(page);
      await line.locator('input[name=typed]').fill('something else');
      await line.locator('button.danger').click();
      await page.waitForSelector('.problem');
      await look(page);
      assert.ok((await published()).includes(old));
      await line.locator('summary').click();
      await line.locator('input[name=typed]').fill(old);
      await line.locator('button.danger').click();
      await page.waitForSelector('.notice');
      assert.ok(!(await published()).includes(old));
    });

    test('reads in the audit log who did what, and takes it along as a file', async () => {
      await page.goto(at('/admin/audit'));
      await look(page);
      await page.fill('#event', 'user.disabled');
      await page.click('form[role=search] button.primary');
      await page.waitForURL((url) => url.searchParams.get('event') === 'user.disabled');
      assert.equal(await page.locator('.rows > li').count(), 1);
      await look(page);
      await page.click(`.rows a:has-text("${operator}")`);
      await page.waitForURL((url) => url.searchParams.get('actor')?.startsWith('user '));
      assert.match(await page.textContent('.rows'), /key\.revoked[^]*user\.disabled[^]*approval/);
      const csv = await page.context().request.get(at(await page.getAttribute('#audit-csv', 'href')));
      assert.match(csv.headers()['content-disposition'], /attachment/);
      assert.match(await csv.text(), /user\.disabled/);
      const ndjson = await page.context().request.get(at(await page.getAttribute('#audit-ndjson', 'href')));
      for (const event of (await ndjson.text()).trim().split('\n')) assert.match(JSON.parse(event).actor, /^user /);
      await page.goto(at('/admin/audit?from=2099-01-01'));
      assert.match(await page.textContent('main'), /Nothing of the kind happened/);
      await page.goto(at('/admin/audit?from=yesterday'));
      assert.match(await page.textContent('.problem'), /2026-11-21/);
      await look(page);
    });

    test('sees which mail the mail server refused, and what it said', async () => {
      const nobody = `${newAddress().split('@')[0]}@nobody.example`;
      await theirs.goto(at('/portal'));
      await theirs.fill('#email', nobody);
      await theirs.click('#login-submit');
      await theirs.waitForSelector('#login-code');
      // Until it has been tried there is nothing to read on the page.
      const refused = page.locator('li', { hasText: nobody }).filter({ hasText: 'no such mailbox' });
      for (let tries = 0; tries < 200 && !await refused.count(); tries += 1) await page.goto(at('/admin/mail'));
      assert.equal(await refused.count(), 1);
      await look(page);
      await page.goto(at('/admin'));
      await page.click('text=1 mail was given up');
      assert.match(await page.textContent('.badge.bad'), /given up/);
    });

    test('sees what the configuration declares, and who set what', async () => {
      await page.goto(at('/admin/scopes'));
      await look(page);
      assert.match(await page.textContent('main'), /orders:write[^]*Change orders[^]*https:\/\/api\.example\.com/);
      await page.goto(at('/admin/settings'));
      await look(page);
      const line = page.locator('li', { has: page.locator('code:text-is("issuer")') });
      assert.match(await line.textContent(), new RegExp(server.issuer));
      assert.match(await line.textContent(), /GATEPOST__SERVER__ISSUER/);
    });

    if (javaScriptEnabled) {
      test('reads every page on a phone and at a desk, in light and dark', async () => {
        await theirs.goto(at('/portal'));
        const another = newAddress();
        await signInAs(theirs, another, 1);
        await register(theirs, server.issuer, {
          name: 'A_name_that_no_one_could_ever_want_to_break_anywhere_at_all', scope: 'openid orders:write',
          reason: 'https://tickets.example.com/'.padEnd(200, 'x'),
        });
        await page.goto(at('/admin/users'));
        const account = await page.getAttribute(`a:has-text("${another}")`, 'href');
        const places = await page.locator('nav a').evaluateAll((links) => links.map((link) => link.pathname));
        assert.ok(places.length >= 9);
        for (const path of [...places, account, '/admin/audit?from=yesterday', '/admin/users?q=nobody']) {
          await page.goto(at(path));
          await page.evaluate(() => document.querySelectorAll('details').forEach((part) => { part.open = true; }));
          await readableEverywhere(page);
        }
      });
    }
  });
}
