// mcp-remote, with the commands of the document: it registers itself, is described, is registered, has no person, has no browser.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { example, printed, published, resource, Witness } from './clients.mjs';

const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const freshFolder = () => mkdtempSync(join(process.env.INTEROP_DIR ?? tmpdir(), 'mcp-remote-'));

/** Nothing of the developer's own desktop, whose browser would open. */
const environment = (folder) => ({
  PATH: process.env.PATH,
  HOME: folder,
  INTEROP_DIR: process.env.INTEROP_DIR,
  MCP_REMOTE_CONFIG_DIR: folder,
  BROWSER: here('browser.mjs'),
  NO_PROXY: process.env.NO_PROXY ?? '',
});

/** The arguments of the n-th command of the document that starts `mcp-remote-client`, at our address. */
function printedArguments(which, replaced = {}) {
  const text = readFileSync(here('../../../docs/mcp.md'), 'utf8').replaceAll('\\\n', ' ');
  const line = text.split('\n').filter((line) => line.startsWith('npx ')).find((line) => line.includes(which));
  const [, rest] = line.split('mcp-remote-client ');
  const words = rest.match(/'[^']*'|\S+/g).map((word) => word.replace(/^'|'$/g, ''));
  return words.map((word) => replaced[word] ?? word.replace('http://localhost:3000/mcp', resource));
}

/** Runs it; it ends when it has listed the tools. `told` sees each line. What it said. */
async function listTools(words, { folder = freshFolder(), more = {}, told = () => {} } = {}) {
  const program = spawn(process.execPath, [here('node_modules/mcp-remote/dist/client.js'), ...words], {
    env: { ...environment(folder), ...more }, stdio: 'pipe', // it ends with its input
    timeout: 120_000, // a sign-in that fails leaves it waiting
  });
  const said = [];
  const streams = [program.stdout, program.stderr].map(async (stream) => {
    for await (const line of createInterface({ input: stream })) {
      said.push(line);
      told(line);
    }
  });
  await Promise.all(streams);
  const text = said.join('\n');
  for (const tool of ['list_notes', 'add_note']) assert.ok(text.includes(tool), text);
  return text;
}

test('mcp-remote registers itself; the second time it needs nobody', async () => {
  const folder = freshFolder();
  const words = [resource];
  await listTools(words, { folder });
  const said = await listTools(words, { folder, more: { BROWSER: 'false' } });
  assert.doesNotMatch(said, /authorize this client/);
});

test('mcp-remote is described by a document, as printed', async () => {
  const described = { 'https://agent.example.com/client.json': `${published}/mcp-remote.json` };
  await listTools(printedArguments('--client-metadata-url', described));
});

test('mcp-remote is registered, as printed', async () => {
  assert.equal(printed['my-agent'].type, 'native');
  // Another port of the loopback address is as good.
  await listTools(printedArguments('my-agent', { 3334: example === 'typescript' ? '3341' : '3342' }));
});

test('mcp-remote without a person, as printed', async () => {
  await listTools(printedArguments('--client-credentials'), { more: { SECRET: printed.digest.client_secret } });
});

test('mcp-remote without a browser, as printed', async () => {
  let address;
  let code;
  let approving;
  await listTools(printedArguments('--device-code'), {
    told: (line) => {
      address ??= /\bhttp\S+\/device\S*/.exec(line)?.[0];
      code ??= /\b[B-Z]{4}-[B-Z]{4}\b/.exec(line)?.[0];
      if (address && code) approving ??= approve(address, code);
    },
  });
  await approving;
});

async function approve(address, code) {
  const person = new Witness();
  let page = await person.open(address.includes('user_code') ? address : `${address}?user_code=${code}`);
  page = await person.signIn(page, {});
  page = await person.press(page, 'device-allow');
  assert.equal(page.status, 200);
}
