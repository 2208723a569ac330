// A server of a test's own, for what cannot be tried on the one that all families share.
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';

const run = promisify(execFile);

export async function freePort() {
  const listener = net.createServer().listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const { port } = listener.address();
  listener.close();
  await once(listener, 'close');
  return port;
}

/**
 * Starts a server with this configuration, on top of what the environment says, and waits until it is ready. It listens
 * at `address`, which is its issuer unless there is a proxy in front of it or it goes by another name of this machine.
 */
export async function startServer({ configuration = '', settings = {}, more = [], issuer: proxied, host } = {}) {
  const folder = mkdtempSync(join(process.env.INTEROP_DIR, 'server-'));
  const address = `http://127.0.0.1:${await freePort()}`;
  const issuer = proxied ?? (host ? address.replace('127.0.0.1', host) : address);
  const database = join(folder, 'gatepost.db');
  writeFileSync(join(folder, 'gatepost.toml'), configuration);
  const environment = {
    ...process.env,
    GATEPOST_CONFIG: join(folder, 'gatepost.toml'),
    GATEPOST__SERVER__ISSUER: issuer,
    GATEPOST__SERVER__LISTEN: new URL(address).host,
    GATEPOST__SERVER__MANAGEMENT_LISTEN: `127.0.0.1:${await freePort()}`,
    GATEPOST__DATABASE__URL: `sqlite://${database}`,
    // A debug build takes seconds to make an RSA key.
    GATEPOST__KEYS__ALGORITHM: 'ES256',
    ...settings,
  };
  const server = spawn(process.env.GATEPOST, ['serve', ...more], { cwd: folder, env: environment, stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = once(server, 'exit');
  process.on('exit', () => server.kill());
  const said = [];
  const ready = new Promise((resolve) => {
    for (const stream of [server.stdout, server.stderr]) {
      createInterface({ input: stream }).on('line', (line) => {
        said.push(line);
        if (/ready address=/.test(line)) resolve('ready');
      });
    }
  });
  if (await Promise.race([ready, ended]) !== 'ready') throw new Error(`the server ended:\n${said.join('\n')}`);
  return {
    issuer,
    address,
    /** What it has printed and logged until now. */
    said,
    /** Runs one of its commands. */
    command: async (...words) => (await run(process.env.GATEPOST, words, { cwd: folder, env: environment })).stdout,
    /** Changes what is stored, where a test cannot wait for it to happen. */
    store: async (sql, ...values) => {
      const program = 'import json, sqlite3, sys\nwith sqlite3.connect(sys.argv[1]) as db: print(db.execute(sys.argv[2], sys.argv[3:]).rowcount)';
      const { stdout } = await run('python3', ['-c', program, database, sql, ...values]);
      assert.notEqual(stdout.trim(), '0', `nothing stored is so: ${sql}`);
    },
    stop: async () => {
      server.kill();
      await ended;
    },
  };
}

/** The link that makes the first operator, as the server printed it. */
export function setUpLink({ said }) {
  const found = said.map((line) => /\S+\/admin\/set-up\/\S+/.exec(line)?.[0]).find(Boolean);
  assert.ok(found, said.join('\n'));
  return found;
}
