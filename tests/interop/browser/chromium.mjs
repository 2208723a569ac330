// Chromium, an application, and axe-core on each page that is seen.
import assert from 'node:assert/strict';
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import http from 'node:http';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { chromium } from 'playwright-core';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const issuer = process.env.ISSUER;
export const app = JSON.parse(readFileSync(join(process.env.INTEROP_DIR, `${process.env.APPLICATION}.json`), 'utf8'));
const site = process.env.SITE;
export const callback = `${site}/oauth/callback`;
export const afterLogout = `${site}/bye`;

export const launch = () => chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  // Chromium's sandbox does not work for root; the only pages here are ours.
  args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'],
});

/** With this `state` the application sends the browser on, to another origin. */
export const ONWARD = 'onward';
export const elsewhere = `${site?.replace('127.0.0.1', 'localhost')}/elsewhere`;

/** The application, as far as its browser sees it: one page for every address. */
export const startApplication = () => http.createServer((request, response) => {
  if (new URL(request.url, site).searchParams.get('state') === ONWARD) {
    response.statusCode = 302;
    response.setHeader('location', elsewhere);
  }
  response.setHeader('content-type', 'text/html');
  response.end('<!doctype html><title>The application</title>');
}).listen(new URL(site).port);

/** A new device: no cookies. */
export async function newDevice(browser, options) {
  const context = await browser.newContext(options);
  context.setDefaultTimeout(15_000);
  return context.newPage();
}

export const newAddress = () => `${randomUUID()}@example.com`;

/** The address that the application sends the browser to, and what it keeps for later. */
export function authorization(more = {}) {
  const verifier = randomBytes(32).toString('base64url');
  const challenge = createHash('sha256').update(verifier).digest('base64url');
  const query = new URLSearchParams({
    client_id: app.client_id, response_type: 'code', redirect_uri: callback, scope: 'openid email', state: 'state-1',
    code_challenge: challenge, code_challenge_method: 'S256', ...more,
  });
  return { verifier, url: `${issuer}/oauth/authorize?${query}` };
}

/** Waits until the browser is back at the application; what it brought along. */
export async function answerAt(page) {
  await page.waitForURL(`${callback}?**`);
  const answer = new URL(page.url()).searchParams;
  assert.equal(answer.get('state'), 'state-1');
  assert.equal(answer.get('iss'), issuer);
  return answer;
}

export async function tokensFor(code, verifier) {
  const response = await fetch(`${issuer}/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${btoa(`${app.client_id}:${app.client_secret}`)}` },
    body: new URLSearchParams({ grant_type: 'authorization_code', code, redirect_uri: callback, code_verifier: verifier }),
  });
  const answer = await response.json();
  assert.equal(response.status, 200, JSON.stringify(answer));
  return answer;
}

export const logoutAddress = (more) =>
  `${issuer}/oauth/logout?${new URLSearchParams({ client_id: app.client_id, post_logout_redirect_uri: afterLogout, ...more })}`;

/** Nothing on this page is a serious obstacle. axe-core needs scripts: where they are off there is nothing to run it with. */
export async function assertAccessible(page, options = {}) {
  if (!await page.evaluate(() => Boolean(window.axe))) await page.evaluate(axe);
  const { violations } = await page.evaluate((these) => window.axe.run(these), options);
  const bad = violations.filter(({ impact }) => ['serious', 'critical'].includes(impact));
  const found = bad.map(({ id, help, nodes }) => `${id}: ${help}: ${nodes.map(({ html }) => html).join(' ')}`);
  assert.deepEqual(found, [], page.url());
  await assertLaidOut(page);
}

/**
 * No card is smaller than what stands in it, which would lie over its neighbours; nothing touches the button of passkeys; the frame that
 * waits for the mail is not to be seen as one.
 */
async function assertLaidOut(page) {
  const overflowing = await page.evaluate(() => [...document.querySelectorAll('.card, main section')]
    .filter((part) => part.scrollHeight > part.clientHeight + 2 && getComputedStyle(part).overflowY === 'visible')
    .map((part) => `${part.className || part.id}: ${part.scrollHeight} px in ${part.clientHeight}`));
  assert.deepEqual(overflowing, [], page.url());
  const touching = await page.evaluate(() => [...document.querySelectorAll('.passkey')].flatMap((button) => {
    let below = button.nextElementSibling;
    while (below && below.offsetHeight === 0) below = below.nextElementSibling;
    if (!below || button.offsetHeight === 0) return [];
    const gap = below.getBoundingClientRect().top - button.getBoundingClientRect().bottom;
    return gap < 8 ? [`${below.textContent}: ${gap} px below the button`] : [];
  }));
  assert.deepEqual(touching, [], page.url());
  for (const frame of page.frames().slice(1)) {
    const grounds = await frame.evaluate(() => [document.documentElement, document.body].map((part) => getComputedStyle(part).backgroundColor));
    assert.equal(grounds[0], grounds[1], `${frame.url()}: a frame has one ground`);
  }
}
