import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import { Person } from '../../person.mjs';

const { SITE: site, MEMBER: member } = process.env;

/** Presses the button of the sign-in page, which a script would draw. */
async function press(person) {
  const page = await person.open(`${site}/login`);
  const token = /csrfToken":\s*"([^"]+)"/.exec(page.html.replaceAll('&#34;', '"'))?.[1];
  assert.ok(token, page.html);
  const body = new URLSearchParams({ csrf_token: token, oauth2_button: 'gatepost' });
  const request = { method: 'POST', body, headers: { origin: site } };
  return person.open(`${site}/authenticate/login`, request);
}

const signIn = async (person) => person.signIn(await press(person), {});

/** What its scripts are told of the person who is signed in. */
const currentUser = async (person) => (await person.open(`${site}/user_management/current_user.js`)).html;

test('a member of the group is let in, by name', async () => {
  const person = new Person(member).ignoreOldMail();
  const page = await signIn(person);
  assert.equal(page.url.href, `${site}/browser/`);
  assert.ok((await currentUser(person)).includes(member), page.html);
});

test('somebody outside the group is refused', async () => {
  const person = new Person(`${randomUUID()}@example.com`);
  const page = await signIn(person);
  assert.ok(page.html.includes('not authorized to login'), page.html);
  assert.ok(!(await currentUser(person)).includes(person.email));
});

test('signing out there signs out at the server too', async () => {
  const person = new Person(member).ignoreOldMail();
  await signIn(person);
  const end = await person.open(`${site}/oauth2/logout`);
  assert.equal(end.url.href, `${site}/login?next=/`, end.html);
  const page = await press(person);
  assert.ok(page.has('email'), page.html);
});
