// Finds out whether a page let injected markup through.
import assert from 'node:assert/strict';

/** What ends whatever it may stand in and then runs: text, attributes, scripts, titles, comments, templates. */
export const poison = (name) =>
  `"'></title></textarea></pre><script>alert('${name}')</script><img src=x onerror=alert('${name}')>{{7*7}}<!--`;

/** The same in 60 characters, for names: pages show no more of one. */
export const poisonName = (name) => `"'></title><img src=x onerror=alert('${name}')>{{7*7}}<!--`;

/** Goes off when script runs, when the policy of a page had to stop something, or when something else is asked for. */
export async function watch(context, origins) {
  const alarms = [];
  context.on('dialog', (dialog) => {
    alarms.push(`ran: ${dialog.message()}`);
    return dialog.dismiss();
  });
  context.on('request', (request) => {
    const { protocol, origin, pathname } = new URL(request.url());
    if (!['http:', 'https:'].includes(protocol) || !origins.includes(origin) || pathname.endsWith('/x')) {
      alarms.push(`asked for ${request.url()}`);
    }
  });
  await context.exposeBinding('tellViolation', (_, what) => alarms.push(`stopped by the policy: ${what}`));
  await context.addInitScript(() => document.addEventListener('securitypolicyviolation', (event) => {
    window.tellViolation(`${event.effectiveDirective} ${event.blockedURI} ${event.sample}`);
  }));
  return alarms;
}

/** In a page: everything in it that is none of ours, and all that can be read there. */
function lookAround(framed) {
  const strange = [];
  for (const element of document.querySelectorAll('*')) {
    const tell = (why) => strange.push(`${why}: ${element.outerHTML.slice(0, 200)}`);
    const name = element.localName;
    const waits = name === 'iframe' && element.src.startsWith(`${location.origin}/login/code/watch?`);
    const isOurs = waits || name === 'iframe' && !element.sandbox.contains('allow-scripts') && !element.sandbox.contains('allow-same-origin');
    if (['iframe', 'frame', 'object', 'embed', 'applet', 'math'].includes(name) && !isOurs) tell('foreign element');
    if (name === 'base' && !framed) tell('base');
    if (name === 'meta' && element.httpEquiv) tell('told by meta');
    if (name === 'script' && !element.src.startsWith(`${location.origin}/static/`)) tell('script');
    for (const attribute of element.attributes) {
      if (/^on/i.test(attribute.name)) tell('handler');
      if (['href', 'src', 'action', 'formaction', 'xlink:href'].includes(attribute.name)) {
        const { protocol } = new URL(attribute.value, document.baseURI);
        if (!['http:', 'https:', 'mailto:'].includes(protocol)) tell('address');
      }
    }
  }
  const comments = document.createTreeWalker(document, NodeFilter.SHOW_COMMENT);
  while (comments.nextNode()) strange.push(`comment: ${comments.currentNode.data.slice(0, 200)}`);
  const fields = [...document.querySelectorAll('input, textarea')].map(({ value }) => value);
  const links = [...document.querySelectorAll('a[href]')].map(({ href }) => href);
  return { strange, links, text: [document.title, document.documentElement.textContent, ...fields].join('\n') };
}

/** Looks at the page that is shown: nothing has run and nothing foreign is in it. `shows` is there to be read, letter by letter. */
export async function assertInert(page, alarms, shows = []) {
  const seen = await page.evaluate(lookAround, false);
  // The frame of the waiting page has nothing but words of the server's own, and goes on while it is looked at.
  const frames = page.frames().slice(1).filter((frame) => !frame.url().includes('/login/code/watch'));
  for (const frame of frames) {
    const inside = await frame.evaluate(lookAround, true);
    seen.strange.push(...inside.strange);
  }
  assert.deepEqual(seen.strange, [], page.url());
  assert.deepEqual(alarms, [], page.url());
  for (const text of shows) assert.ok(seen.text.includes(text), `${page.url()} does not show ${text} but\n${seen.text}`);
  return seen;
}
