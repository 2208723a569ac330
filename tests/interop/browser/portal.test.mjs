// A new person signs up, registers an application, copies the command and holds a token.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { Person } from '../person.mjs';
import { assertAccessible, launch, newAddress, newDevice } from './chromium.mjs';
import { tab } from './people.mjs';

const issuer = process.env.ISSUER;
const run = promisify(execFile);
let browser;
before(async () => {
  browser = await launch();
});
after(() => browser.close());

/** Signs up at the portal and ends at the empty list. */
async function newDeveloper(options, email = newAddress()) {
  const page = await newDevice(browser, options);
  await page.goto(`${issuer}/portal`);
  await page.fill('#email', email);
  await page.click('#login-submit');
  await page.waitForSelector('#login-code');
  await page.goto((await new Person(email).mail(1)).link);
  await page.waitForSelector('#app-new');
  assert.equal(new URL(page.url()).pathname, '/portal/applications');
  return page;
}

async function register(page, { name, type = 'service', redirectUris }) {
  await page.goto(`${issuer}/portal/applications/new`);
  await page.fill('#app-name', name);
  await page.check(`#kind-${type}`);
  if (redirectUris) await page.fill('#app-redirect-uris', redirectUris);
  await page.click('#app-create');
  await page.waitForSelector('#app-client-id');
}

/** Runs a command as it was copied, in a shell. */
const shell = async (command, environment = {}) =>
  (await run('bash', ['-c', command], { env: { ...process.env, ...environment } })).stdout;

async function greeted(token) {
  const response = await fetch(`${issuer}/api/v1/hello`, { headers: { authorization: `Bearer ${token}` } });
  assert.equal(response.status, 200, await response.text());
}

let names = 0;
/** Of two developers each has another name for theirs: neither may take the other's. */
const newName = () => `Order sync ${names += 1}`;

for (const javaScriptEnabled of [true, false]) {
  describe(`with JavaScript ${javaScriptEnabled ? 'on' : 'off'}`, () => {
    const look = async (page) => { if (javaScriptEnabled) await assertAccessible(page); };

    test('from nothing to a token by the command that is shown', async () => {
      const began = Date.now();
      const page = await newDeveloper({ javaScriptEnabled });
      await look(page);
      await page.click('#app-new');
      await page.waitForSelector('#app-create');
      await look(page);
      assert.equal(await page.isVisible('#app-redirect-uris'), false, 'a service needs none');
      await page.fill('#app-name', newName());
      await page.click('#app-create');
      await page.waitForSelector('#app-client-secret');
      await look(page);
      const secret = await page.textContent('#app-client-secret');
      const command = await page.textContent('#snippet-curl');
      assert.ok(command.includes(secret));
      const { access_token: token } = JSON.parse(await shell(`${command} --silent`));
      await greeted(token);
      assert.ok(Date.now() - began < 120_000);

      for (const [id, file, program] of [['javascript', 'token.mjs', 'node'], ['python', 'get_token.py', 'python3']]) {
        await page.click(`label[for=tab-${id}]`);
        assert.equal(await page.isVisible(`#snippet-${id}`), true);
        const code = await page.textContent(`#snippet-${id}`);
        assert.ok(code.split('\n')[0].endsWith(`CLIENT_SECRET=${secret} ${program} ${file}`), code);
        const folder = process.env.INTEROP_DIR;
        const printed = await shell(`cat > ${folder}/${file} <<'END'\n${code}\nEND\n${program} ${folder}/${file}`, { CLIENT_SECRET: secret });
        await greeted(printed.trim());
      }

      await page.reload();
      assert.equal(await page.locator('#app-client-secret').count(), 0, 'a secret is shown once');
    });

    test('a token to look at, another secret, new settings, a pause', async () => {
      const page = await newDeveloper({ javaScriptEnabled });
      const name = newName();
      await register(page, { name });
      await page.click('#app-try');
      await page.waitForSelector('#tried-token');
      await look(page);
      await greeted(await page.textContent('#tried-token'));
      await tab(page, 'Credentials');
      await page.click('#app-rotate-secret');
      await page.waitForSelector('#app-client-secret');
      await look(page);
      await page.fill('#set-token-ttl', 'soon');
      await page.click('#app-save');
      await page.waitForSelector('#set-token-ttl[aria-invalid=true]');
      assert.match(await page.title(), /^Error: /);
      await look(page);
      await page.fill('#set-token-ttl', '24h');
      await page.click('#app-save');
      await page.waitForSelector('text=The settings are saved.');
      await tab(page, 'Access');
      await page.click('.more > summary');
      await look(page);
      await page.check('#set-scopes input[value=email]');
      await page.fill('#set-scopes-other', 'orders:write');
      await page.click('#app-save');
      await page.waitForSelector('text=except for what waits for an operator');
      assert.equal(await page.isChecked('#set-scopes input[value=email]'), true);
      await tab(page, 'Insight');
      await look(page);
      await tab(page, 'Pause or delete');
      await page.click('#app-deactivate');
      await page.waitForSelector('#app-activate');
      await look(page);
      await page.fill('#delete-name', name);
      await page.click('#app-delete');
      await page.waitForSelector('text=The application is deleted.');
      await look(page);
    });
  });
}

test('a form that was refused keeps what was typed', async () => {
  const page = await newDeveloper({});
  await page.goto(`${issuer}/portal/applications/new`);
  await page.fill('#app-name', 'Shop');
  await page.check('#kind-web');
  await page.fill('#app-redirect-uris', 'not an address');
  await page.click('#app-create');
  await page.waitForSelector('#app-redirect-uris[aria-invalid=true]');
  await assertAccessible(page);
  assert.equal(await page.inputValue('#app-name'), 'Shop');
  assert.equal(await page.isChecked('#kind-web'), true);
  assert.equal((await page.inputValue('#app-redirect-uris')).trim(), 'not an address');
});

for (const colorScheme of ['light', 'dark']) {
  test(`what a sign-in would tell an application is shown to its owner, in the ${colorScheme} scheme`, async () => {
    const email = newAddress();
    const page = await newDeveloper({ colorScheme }, email);
    await register(page, { name: newName(), type: 'web', redirectUris: `${issuer}/` });
    await page.click('#app-try-sign-in');
    await page.waitForSelector('#told-id-token');
    await assertAccessible(page);
    const { sub } = JSON.parse(await page.textContent('#told-id-token'));
    assert.equal(JSON.parse(await page.textContent('#told-access-token')).sub, sub);
    await page.click('#told-begin');
    await page.click('#consent-allow');
    await page.waitForURL((address) => address.searchParams.has('code'));
  });
}

test('an owner saves the settings of an application of each type, as they are and changed', async () => {
  const [email, redirect] = [newAddress(), ['--redirect-uri', 'https://shop.example/callback']];
  const types = { service: [], web: redirect, spa: redirect, native: redirect, device: [] };
  const ids = [];
  for (const [type, more] of Object.entries(types)) {
    const words = ['app', 'create', '--name', `A ${type}`, '--type', type, '--owner', email, '--json', ...more];
    ids.push(JSON.parse((await run(process.env.GATEPOST, words)).stdout).client_id);
  }
  const page = await newDeveloper({}, email);
  let settings = 0;
  const lists = page.locator('form:has(#app-save) select');
  const saved = async () => {
    await page.click('#app-save');
    await page.waitForSelector('text=The settings are saved.');
  };
  const pages = ids.flatMap((id) => ['', '/credentials', '/sign-in', '/access'].map((name) => `${issuer}/portal/applications/${id}${name}`));
  for (const address of pages) {
    await page.goto(address);
    if (!(await page.isVisible('#app-save'))) continue;
    const before = await lists.evaluateAll((all) => all.map(({ value }) => value));
    await saved();
    await page.goto(address);
    assert.deepEqual(await lists.evaluateAll((all) => all.map(({ value }) => value)), before, 'saved as it is, nothing changes');
    if (await page.isVisible('.more > summary')) await page.click('.more > summary');
    const chosen = [];
    for (const list of await lists.all()) {
      const last = await list.locator('option').last().getAttribute('value');
      await list.selectOption(last);
      chosen.push(last);
    }
    settings += chosen.length;
    await saved();
    await page.goto(address);
    assert.deepEqual(await lists.evaluateAll((all) => all.map(({ value }) => value)), chosen, address);
  }
  assert.ok(settings > 5 * ids.length, `${settings} were chosen from lists`);
});

for (const colorScheme of ['light', 'dark']) {
  test(`on a phone, ${colorScheme}, the pages are readable and nothing is cut off`, async () => {
    const page = await newDeveloper({ colorScheme, viewport: { width: 320, height: 640 } });
    const name = `A_name_that_no_one_could_want_to_break_anywhere_${colorScheme}`;
    await register(page, { name, type: 'spa', redirectUris: `https://${'a-very-long-label'.repeat(3)}.example/callback` });
    const tabs = ['', '/credentials', '/sign-in', '/access', '/insight', '/danger'].map((name) => new URL(page.url()).pathname + name);
    for (const address of [...tabs, '/portal/applications', '/portal/applications/new']) {
      await page.goto(`${issuer}${address}`);
      if (tabs.includes(address) && (await page.isVisible('.more > summary'))) await page.click('.more > summary');
      await assertAccessible(page);
      const wide = await page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth);
      assert.equal(wide, false, address);
    }
  });
}
