import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Person } from '../person.mjs';

const site = process.env.SITE;
const newPerson = () => new Person(`${randomUUID()}@example.com`);

for (const [registration, how] of [['secret', 'its secret'], ['key', 'an assertion for the token endpoint']]) {
  test(`Spring Security signs a person in and authenticates with ${how}`, async () => {
    const person = newPerson();
    await person.signIn(`${site}/oauth2/authorization/${registration}`, { until: `${site}/?` });
    const page = await person.open(`${site}/me`);
    assert.equal(page.status, 200, page.html);
    assert.ok(page.html.includes(`<p id="user">${person.email}</p>`), page.html);
    assert.ok(page.html.includes(`<p id="name">${person.email.split('@')[0]}</p>`), page.html);
  });
}

test('signing out of the application signs out at the server, and leads back', async () => {
  const person = newPerson();
  await person.signIn(`${site}/oauth2/authorization/secret`, { until: `${site}/?` });
  const end = await person.press(await person.open(`${site}/me`), 'sign-out');
  assert.equal(end.url.href, `${site}/bye`);
  const page = await person.open(`${site}/oauth2/authorization/secret`);
  assert.ok(page.has('email'), page.html);
});

test('signing out at the server signs out of the application, and nobody else', async () => {
  const [person, other] = [newPerson(), newPerson()];
  for (const one of [person, other]) await one.signIn(`${site}/oauth2/authorization/secret`, { until: `${site}/?` });
  await person.press(await person.open(`${process.env.ISSUER}/account`), 'sign-out');
  let page;
  for (let tries = 0; tries < 100; tries += 1) {
    page = await person.open(`${site}/me`);
    if (!page.has('user')) break;
    await sleep(100);
  }
  assert.ok(!page.has('user'), page.html);
  assert.ok((await other.open(`${site}/me`)).has('user'));
});

test('its API takes a token of a machine, and none that was changed', async () => {
  const ask = (token) => fetch(`${site}/api/reports`, { headers: { authorization: `Bearer ${token}` } });
  const answer = await ask(process.env.TOKEN);
  assert.equal(answer.status, 200, answer.headers.get('www-authenticate'));
  assert.deepEqual(await answer.json(), { client: process.env.TOKEN_CLIENT_ID });
  const [header, claims, signature] = process.env.TOKEN.split('.');
  assert.equal((await ask(`${header}.${claims}.${signature.split('').reverse().join('')}`)).status, 401);
});

test('an API that reads plain tokens only gets such, though its caller chose no format', async () => {
  const typ = (token) => JSON.parse(Buffer.from(token.split('.')[0], 'base64url')).typ;
  assert.deepEqual([process.env.TOKEN, process.env.TOKEN_FOR_ITSELF].map(typ), ['JWT', 'at+jwt']);
  const refused = await fetch(`${site}/api/reports`, {
    headers: { authorization: `Bearer ${process.env.TOKEN_FOR_ITSELF}` },
  });
  assert.equal(refused.status, 401);
});
