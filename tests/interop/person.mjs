// A person with a browser that runs no scripts, and a mailbox. Needs nothing but Node, so that every family can use it:
//
//   node person.mjs EMAIL START_URL REDIRECT_URI
//
// signs the person in and prints the address at which the application gets its answer.
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import http from 'node:http';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const folder = join(process.env.INTEROP_DIR, 'mail');
const entities = { '&amp;': '&', '&lt;': '<', '&gt;': '>', '&quot;': '"' };
const decoded = (markup) =>
  markup.replace(/&#(x?)([0-9a-f]+);/gi, (_, hex, n) => String.fromCodePoint(parseInt(n, hex ? 16 : 10)))
    .replace(/&(amp|lt|gt|quot);/g, (entity) => entities[entity]);
const attribute = (tag, name) => decoded(new RegExp(`\\s${name}="([^"]*)"`).exec(tag)?.[1] ?? '');

/** What the browser shows: an address and its markup. */
export class Page {
  constructor(url, status, html) {
    Object.assign(this, { url, status, html });
  }

  has(id) {
    return this.html.includes(` id="${id}"`);
  }

  /** The form around this element, with what its fields hold and the element itself sends. */
  form(id) {
    const found = this.html.match(/<form[\s\S]*?<\/form>/g)?.find((form) => form.includes(` id="${id}"`));
    if (!found) throw new Error(`no form with #${id} at ${this.url} (${this.status}):\n${this.html}`);
    const pressed = found.match(/<(button|input)[^>]*>/g).filter((tag) =>
      ['hidden', 'text'].includes(attribute(tag, 'type')) || (tag.startsWith('<button') && attribute(tag, 'id') === id));
    const fields = pressed.filter((tag) => attribute(tag, 'name'))
      .map((tag) => [attribute(tag, 'name'), attribute(tag, 'value')]);
    return { action: new URL(attribute(found, 'action') || this.url, this.url), fields };
  }
}

export class Person {
  /** Cookies belong to a host, whatever the port. */
  #cookies = new Map();

  constructor(email) {
    this.email = email;
  }

  /** Another browser of the same person. */
  onAnotherDevice() {
    return new Person(this.email);
  }

  /** Opens a page and follows redirects; stops before an address that begins with `until`, and returns that address. */
  async open(address, { until, ...request } = {}) {
    let url = new URL(address);
    for (let hops = 0; hops < 20; hops += 1) {
      if (until && url.href.startsWith(until)) return url;
      const response = await this.#send(url, request);
      const location = response.headers.location;
      if (!location) return new Page(url, response.statusCode, await text(response));
      response.resume();
      url = new URL(location, url);
      request = {};
    }
    throw new Error(`redirected in a circle, at ${url}`);
  }

  /** Presses the button `id` of a page, after filling in the fields. */
  async press(page, id, { filled = {}, until } = {}) {
    const { action, fields } = page.form(id);
    const body = new URLSearchParams([...fields.filter(([name]) => !(name in filled)), ...Object.entries(filled)]);
    return this.open(action, { until, method: 'POST', body, headers: { origin: page.url.origin } });
  }

  /** The n-th mail to this person, of all or of those that are wanted. */
  async mail(n, wanted = () => true) {
    for (let tries = 0; tries < 600; tries += 1) {
      const mails = this.#mails().filter(wanted);
      if (mails.length >= n) return mails[n - 1];
      await sleep(50);
    }
    throw new Error(`mail ${n} to ${this.email} did not arrive`);
  }

  /** Does what the pages ask for, from an address or a page on, until they lead to `until`; returns that address, or the page
   * where nothing is asked. */
  async signIn(start, { until, by = 'link' }) {
    let page = start instanceof Page ? start : await this.open(start, { until });
    for (let steps = 0; page instanceof Page; steps += 1) {
      if (steps === 10) throw new Error(`the pages ask without end, now at ${page.url}`);
      if (page.has('login-submit')) {
        page = await this.press(page, 'login-submit', { filled: { email: this.email }, until });
      } else if (page.has('login-code-submit')) {
        const { link, code } = await this.#next();
        page = by === 'link'
          ? await this.open(link, { until })
          : await this.press(page, 'login-code-submit', { filled: { code }, until });
      } else if (page.has('device-submit')) {
        page = await this.press(page, 'device-submit', { until });
      } else if (page.has('confirm-login')) {
        page = await this.press(page, 'confirm-login', { until });
      } else if (page.has('consent-allow')) {
        page = await this.press(page, 'consent-allow', { until });
      } else {
        return page;
      }
    }
    return page;
  }

  #read = 0;

  /** The next mail that this browser has not used yet. */
  async #next() {
    this.#read += 1;
    return this.mail(this.#read);
  }

  /** Mails that are here already are not for what comes next. */
  ignoreOldMail() {
    this.#read = this.#mails().length;
    return this;
  }

  #mails() {
    const names = readdirSync(folder).filter((name) => name.endsWith('.json')).sort();
    return names.map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')))
      .filter(({ to }) => to.includes(this.email));
  }

  async #send(url, { method = 'GET', body, headers = {} }) {
    const jar = this.#cookies.get(url.hostname) ?? new Map();
    this.#cookies.set(url.hostname, jar);
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
    const response = await sent(url, { method, headers: { ...asBrowser, ...headers, ...(cookie && { cookie }) } }, body);
    for (const line of response.headers['set-cookie'] ?? []) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(line);
      if (value === '' || /;\s*max-age=0/i.test(line)) jar.delete(name);
      else jar.set(name, value);
    }
    return response;
  }
}

/** What browsers say when a person goes somewhere; `fetch` would call it a script's request, which servers treat differently. */
const asBrowser = { accept: 'text/html', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' };

async function sent(url, options, form) {
  const body = form?.toString() ?? '';
  const kind = form && { 'content-type': 'application/x-www-form-urlencoded', 'content-length': body.length };
  const request = http.request(url, { ...options, headers: { ...options.headers, ...kind } });
  request.end(body);
  const [response] = await once(request, 'response');
  return response;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [email, start, until] = process.argv.slice(2);
  const end = await new Person(email).ignoreOldMail().signIn(start, { until });
  if (end instanceof Page) throw new Error(`ended at ${end.url} (${end.status}):\n${end.html}`);
  console.log(end.href);
}
