import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Person } from '../person.mjs';

const site = process.env.SITE;
const newPerson = () => new Person(`${randomUUID()}@example.com`);

test('a protected page is shown to who signed in, and Apache knows who it is', async () => {
  const person = newPerson();
  const page = await person.signIn(`${site}/protected/`, {});
  assert.equal(page.url.href, `${site}/protected/`);
  assert.equal(page.status, 200);
  assert.ok(page.html.includes(`<p id="user">${person.email}</p>`), page.html);
});

test('signing out at Apache signs out at the server too', async () => {
  const person = newPerson();
  await person.signIn(`${site}/protected/`, {});
  const after = encodeURIComponent(`${site}/`);
  const end = await person.open(`${site}/protected/callback?logout=${after}`);
  assert.equal(end.url.href, `${site}/`);
  const page = await person.open(`${site}/protected/`);
  assert.ok(page.has('email'), page.html);
});

test('signing out at the server signs out at Apache too, and nobody else', async () => {
  const [person, other] = [newPerson(), newPerson()];
  for (const one of [person, other]) await one.signIn(`${site}/protected/`, {});
  const account = await person.open(`${process.env.ISSUER}/account`);
  await person.press(account, 'sign-out');
  let page;
  for (let tries = 0; tries < 100; tries += 1) {
    page = await person.open(`${site}/protected/`);
    if (page.has('email')) break;
    await sleep(100);
  }
  assert.ok(page.has('email'), page.html);
  assert.ok((await other.open(`${site}/protected/`)).has('user'));
});
