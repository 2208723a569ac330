// What a person does in a browser at any server: sign up, sign in once more, register an application.
import { Person } from '../person.mjs';

/** Enters the address and opens the link of the n-th sign-in mail to it. A person who has to sign in once more begins here too. */
export async function signInAs(page, email, n) {
  await page.fill('#email', email);
  await page.click('#login-submit');
  await page.waitForSelector('#login-code');
  await page.goto((await new Person(email).mail(n, ({ code }) => code)).link);
}

export async function register(page, issuer, { name, type = 'service', redirectUris, scope, reason }) {
  await page.goto(`${issuer}/portal/applications/new`);
  await page.fill('#app-name', name);
  await page.check(`#kind-${type}`);
  if (redirectUris) await page.fill('#app-redirect-uris', redirectUris);
  if (scope) await page.fill('#app-scopes', scope);
  if (reason) {
    await page.click('#new-application .more > summary');
    await page.fill('#app-reason', reason);
  }
  await page.click('#app-create');
  await page.waitForSelector('#app-client-id');
  return page.textContent('#app-client-id');
}

/** Goes to a tab of the application whose page is open. */
export async function tab(page, name) {
  await page.click(`.tabbed a:text-is("${name}")`);
  await page.waitForSelector(`.tabbed a[aria-current]:text-is("${name}")`);
}
