import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import { Person } from '../../person.mjs';

const { SITE: site, ISSUER: issuer, STAFF: staff, ADMIN: admin } = process.env;
const start = `${site}/hub/oauth_login?next=%2Fhub%2Fhome`;

test('a member of the allowed group is shown their own page', async () => {
  const person = new Person(staff).ignoreOldMail();
  const page = await person.signIn(start, {});
  assert.equal(page.url.href, `${site}/hub/home`);
  assert.ok(page.html.includes(staff), page.html);
  assert.equal((await person.open(`${site}/hub/admin`)).status, 403);
});

test('a member of the group of administrators is one', async () => {
  const person = new Person(admin).ignoreOldMail();
  assert.equal((await person.signIn(start, {})).url.href, `${site}/hub/home`);
  assert.equal((await person.open(`${site}/hub/admin`)).status, 200);
});

test('somebody outside both is refused', async () => {
  const page = await new Person(`${randomUUID()}@example.com`).signIn(start, {});
  assert.equal(page.url.origin, site);
  assert.equal(page.status, 403);
});

test('signing out there signs out at the server too', async () => {
  const person = new Person(staff).ignoreOldMail();
  await person.signIn(start, {});
  const asked = await person.open(`${site}/hub/logout`);
  const end = await person.press(asked, 'logout-yes');
  assert.equal(end.url.href, `${site}/hub/login`);
  const page = await person.open(start);
  assert.ok(page.has('email'), page.html);
});

test('the hub knows people by what stays theirs, and not by a user name, which can pass to another', async () => {
  const person = new Person(staff).ignoreOldMail();
  await person.signIn(start, {});
  const username = `u-${randomUUID().slice(0, 8)}`;
  const saved = await person.press(await person.open(`${issuer}/account`), 'name-save', { filled: { username } });
  assert.ok(saved.html.includes(username), saved.html);
  const page = await person.onAnotherDevice().ignoreOldMail().signIn(start, {});
  assert.ok(page.html.includes(staff) && !page.html.includes(username), page.html);
});
