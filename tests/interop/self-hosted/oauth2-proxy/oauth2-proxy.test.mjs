import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import http from 'node:http';
import { after, before, test } from 'node:test';
import { Person } from '../../person.mjs';

const { SITE: site, UPSTREAM: upstream, ISSUER: issuer, CLIENT_ID: clientId, MEMBER: member } = process.env;
const start = `${site}/oauth2/start?rd=%2Freports`;
// The application behind the proxy says what it was told.
const behind = http.createServer((request, response) => response.end(JSON.stringify(request.headers)));

before(async () => {
  behind.listen(new URL(upstream).port, '127.0.0.1');
  await once(behind, 'listening');
});
after(() => behind.close());

test('who is not signed in is shown the way', async () => {
  const page = await new Person(member).open(`${site}/reports`);
  assert.equal(page.status, 403);
  assert.ok(page.html.includes('action="/oauth2/start"'), page.html);
});

test('a member of the group reaches the application, which is told name, address and groups', async () => {
  const page = await new Person(member).ignoreOldMail().signIn(start, {});
  assert.equal(page.url.href, `${site}/reports`);
  const told = JSON.parse(page.html);
  assert.equal(told['x-forwarded-email'], member);
  assert.equal(told['x-forwarded-preferred-username'], member);
  assert.equal(told['x-forwarded-groups'], 'staff');
  assert.match(told['x-forwarded-user'], /^.{8,}$/);
});

test('somebody outside the group is refused', async () => {
  const page = await new Person(`${randomUUID()}@example.com`).signIn(start, {});
  assert.equal(page.url.origin, site);
  assert.equal(page.status, 403);
});

test('signing out there signs out at the server too', async () => {
  const person = new Person(member).ignoreOldMail();
  await person.signIn(start, {});
  const logout = `${issuer}/oauth/logout?client_id=${clientId}&id_token_hint={id_token}`
    + `&post_logout_redirect_uri=${encodeURIComponent(`${site}/`)}`;
  const end = await person.open(`${site}/oauth2/sign_out?rd=${encodeURIComponent(logout)}`);
  assert.equal(end.url.href, `${site}/`);
  assert.equal(end.status, 403);
  const page = await person.open(start);
  assert.ok(page.has('email'), page.html);
});
