// The pictures of what people see, on a desktop and on a phone: they sign in to a shop, connect a television, look at their
// account and register an application of their own.
import { addAuthenticator } from '../authenticator.mjs';
import { newDevice } from '../chromium.mjs';
import { register } from '../people.mjs';
import { startServer } from '../server.mjs';
import { Person } from '../../person.mjs';

const callback = 'https://shop.example.com/callback';
const configuration = `
[branding]
support = "help@example.com"
[login]
signup = "open"
[[applications]]
client_id = "shop"
name = "Loyalty shop"
type = "web"
client_secret = "gps_nobody_will_ever_use_this_one_it_is_for_a_picture"
description = "Points for every purchase, in all our shops."
client_uri = "https://shop.example.com/"
scopes = ["openid", "profile", "email"]
redirect_uris = ["${callback}"]
[[applications]]
client_id = "television"
name = "Living room television"
type = "device"
`;

/** Of the names of applications each is one developer's. */
const looks = [
  { suffix: '', email: 'jane@example.com', names: ['Nightly reports', 'Asset browser'], options: { viewport: { width: 1000, height: 760 } } },
  {
    suffix: '-phone', email: 'jamie@example.com', names: ['Order sync', 'Price list'],
    options: { viewport: { width: 390, height: 780 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true },
  },
];

/** However long the page is. */
const whole = { fullPage: true };

/** Leaves `sign-in.png`, `sign-in-phone.png` and so on in the folder. */
export async function takePeople(browser, folder) {
  // Passkeys need a name, and localhost is one.
  const server = await startServer({ host: 'localhost', configuration });
  try {
    for (const look of looks) await takeLook(await newDevice(browser, look.options), server, look, folder);
  } finally {
    await server.stop();
  }
}

async function takeLook(page, server, { suffix, email, names }, folder) {
  page.setDefaultTimeout(60_000);
  // A browser with a passkey at hand would use it by itself.
  await page.addInitScript(() => { PublicKeyCredential.isConditionalMediationAvailable = async () => false; });
  // The application's own site is not there.
  await page.route('https://shop.example.com/**', (route) => route.fulfill({ body: 'The shop' }));
  const take = async (name, { part = page, ...options } = {}) => {
    // Without the frame around what has the focus, which a picture does not explain.
    await page.evaluate(() => document.activeElement?.blur());
    await part.screenshot({ path: `${folder}${name}${suffix}.png`, animations: 'disabled', ...options });
  };
  const authenticator = await addAuthenticator(page);
  await signIn(page, server, email, take);
  await page.click('#consent-allow');
  await page.waitForURL(`${callback}?**`);
  await connectTelevision(page, server, take);
  await page.goto(`${server.issuer}/account`);
  await namePasskey(page, 'Phone');
  await authenticator.remove();
  await addAuthenticator(page, { transport: 'usb' });
  await page.click('#passkey-add');
  await page.waitForSelector('.notice');
  await namePasskey(page, 'Key on the key ring');
  await page.goto(`${server.issuer}/account`);
  await take('account');
  await take('passkeys', { part: page.locator('section[aria-labelledby=passkeys]') });
  await takePortal(page, server, names, take);
}

async function signIn(page, server, email, take) {
  const query = new URLSearchParams({ client_id: 'shop', response_type: 'code', redirect_uri: callback, scope: 'openid profile email' });
  await page.goto(`${server.issuer}/oauth/authorize?${query}`);
  await page.waitForSelector('#passkey-login:visible');
  await take('sign-in', whole);
  await page.fill('#email', email);
  await page.click('#login-submit');
  await page.waitForSelector('#login-code');
  await take('code', whole);
  const { code } = await new Person(email).mail(1);
  await page.fill('#login-code', code);
  await page.click('#login-code-submit');
  await page.click('#passkey-add');
  await page.waitForSelector('#consent-allow');
  await take('consent', whole);
}

async function connectTelevision(page, server, take) {
  const answer = await fetch(`${server.issuer}/oauth/device_authorization`, {
    method: 'POST',
    headers: { 'user-agent': 'Television/4.2' },
    body: new URLSearchParams({ client_id: 'television', scope: 'openid profile' }),
  });
  await page.goto((await answer.json()).verification_uri_complete);
  await page.click('#device-submit');
  await page.waitForSelector('#device-allow');
  await take('device', whole);
  await page.click('#device-allow');
  await page.waitForSelector('#device-allow', { state: 'detached' });
}

/** Gives the newest passkey a name. */
async function namePasskey(page, name) {
  const last = page.locator('section[aria-labelledby=passkeys] ul.rows > li').last();
  await last.locator('summary').click();
  await last.locator('input[name=name]').fill(name);
  await last.locator('details button').click();
  await page.waitForSelector('.notice');
}

async function takePortal(page, server, names, take) {
  for (const name of names) await register(page, server.issuer, { name });
  await take('portal-application');
  await page.goto(`${server.issuer}/portal`);
  await take('portal-applications');
}
