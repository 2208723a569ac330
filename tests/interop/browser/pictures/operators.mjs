// The pictures of the operator pages.
import { newDevice } from '../chromium.mjs';
import { register, signInAs, tab } from '../people.mjs';
import { setUpLink, startServer } from '../server.mjs';

const day = 24 * 60 * 60 * 1_000_000;
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

/** Leaves `operator-*.png` in the folder. */
export async function takeOperators(browser, folder) {
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
    await server.stop();
  }
}
