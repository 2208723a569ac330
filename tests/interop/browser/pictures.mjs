// Takes the pictures of the operator pages in docs/images:
//
//   PICTURES=yes GATEPOST=target/debug/gatepost tests/interop/run browser
import { fileURLToPath } from 'node:url';
import { launch, newDevice } from './chromium.mjs';
import { addAuthenticator } from './authenticator.mjs';
import { register, signInAs, tab } from './people.mjs';
import { setUpLink, startServer } from './server.mjs';

const day = 24 * 60 * 60 * 1_000_000;
const folder = fileURLToPath(new URL('../../../docs/images/', import.meta.url));
const configuration = `
[[scopes]]
name = "orders:write"
description = "Change orders"
[[applications]]
client_id = "nightly-reports"
name = "Nightly reports"
signing_algorithm = "ES256"
client_secret = "gps_nobody_will_ever_use_this_one_it_is_for_a_picture"
`;

const browser = await launch();
await takePasskeys();
const server = await startServer({ configuration });
try {
  const operator = await newDevice(browser, { viewport: { width: 1180, height: 800 } });
  const take = async (path, name, options) => {
    await operator.goto(`${server.issuer}${path}`);
    await operator.screenshot({ path: `${folder}operator-${name}.png`, ...options });
  };
  await operator.goto(setUpLink(server));
  await operator.fill('#email', 'olivia@example.com');
  await operator.click('#set-up-submit');
  await operator.waitForURL('**/admin');

  const ids = {};
  for (const [email, names] of [
    ['jane@example.com', ['Asset browser', 'Order sync']],
    ['john.smith@example.com', ['Loyalty shop', 'Old importer']],
  ]) {
    const page = await newDevice(browser, {});
    await page.goto(`${server.issuer}/portal`);
    await signInAs(page, email, 1);
    await page.waitForSelector('#app-new');
    for (const name of names) {
      const asks = name === 'Order sync' ? { scope: 'openid orders:write', reason: 'Orders go back to the shop every night' } : {};
      ids[name] = await register(page, server.issuer, { name, ...asks });
    }
    if (names.includes('Old importer')) {
      await tab(page, 'Pause or delete');
      await page.click('#app-deactivate');
      await page.waitForSelector('#app-activate');
    }
  }
  const registered = { 'Asset browser': 61, 'Order sync': 12, 'Loyalty shop': 40, 'Old importer': 95 };
  for (const [name, days] of Object.entries(registered)) {
    await server.store('UPDATE applications SET created_at = created_at - CAST(? AS integer) WHERE client_id = ?', String(days * day), ids[name]);
  }
  for (const [name, days] of [['Asset browser', 3], ['Loyalty shop', 1]]) {
    await server.store('UPDATE applications SET last_used_at = CAST(? AS integer) WHERE client_id = ?', String((Date.now() - 60_000) * 1000 - days * day), ids[name]);
  }
  await take('/admin/applications', 'applications', { fullPage: true });

  // The key before signed until twelve days ago.
  await operator.goto(`${server.issuer}/admin/keys`);
  await operator.click('#key-rotate-now');
  await operator.waitForSelector('.notice');
  const earlier = 'UPDATE signing_keys SET created_at = created_at - CAST(?1 AS integer), activates_at = activates_at - CAST(?1 AS integer)';
  await server.store(earlier, String(12 * day));
  const first = 'WHERE activates_at IN (SELECT min(activates_at) FROM signing_keys GROUP BY algorithm)';
  await server.store(`${earlier}, keep_for = keep_for * 20 ${first}`, String(70 * day));
  await take('/admin/keys', 'keys');
} finally {
  await browser.close();
  await server.stop();
}

/** The sign-in page and the account page of somebody with passkeys; they need a name, and localhost is one. */
async function takePasskeys() {
  const server = await startServer({ host: 'localhost' });
  try {
    const page = await newDevice(browser, { viewport: { width: 760, height: 560 } });
    await page.goto(`${server.issuer}/login`);
    await page.waitForSelector('#passkey-login:visible');
    await page.screenshot({ path: `${folder}passkey-sign-in.png` });
    await signInAs(page, 'jamie@example.com', 1);
    await page.waitForSelector('#passkey-add:visible');
    for (const name of ['Phone', 'Key on the key ring']) {
      await addAuthenticator(page);
      await page.click('#passkey-add');
      await page.waitForSelector('.notice');
      await page.locator('summary', { hasText: 'Rename' }).last().click();
      await page.locator('input[name=name][maxlength="64"]').last().fill(name);
      await page.locator('details[open] button').last().click();
      await page.waitForSelector('.notice');
    }
    await page.locator('section[aria-labelledby=passkeys]').screenshot({ path: `${folder}passkey-account.png` });
  } finally {
    await server.stop();
  }
}
