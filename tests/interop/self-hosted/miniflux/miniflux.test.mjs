import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import { Person } from '../../person.mjs';

const { SITE: site, MEMBER: member } = process.env;
const signIn = async (person) => {
  const page = await person.ignoreOldMail().signIn(`${site}/oauth2/oidc/redirect`, {});
  assert.equal(page.url.href, `${site}/unread`);
  assert.ok(page.html.includes(`Logged in as ${person.email}`), page.html);
};

test('the first sign-in makes an account, the second finds it', async () => {
  const person = new Person(`${randomUUID()}@example.com`);
  for (const browser of [person, person.onAnotherDevice()]) {
    await signIn(browser);
    assert.equal((await browser.open(`${site}/users`)).status, 403);
  }
});

test('a member of the group of administrators is one', async () => {
  const person = new Person(member);
  await signIn(person);
  const users = await person.open(`${site}/users`);
  assert.equal(users.status, 200);
  assert.ok(users.html.includes(member), users.html);
});
