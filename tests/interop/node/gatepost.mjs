// What the tests know of the server: its address, and the applications that `run` registered.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export const issuer = process.env.ISSUER;
export const jwksUrl = new URL('/.well-known/jwks.json', issuer);

const read = (name) => JSON.parse(readFileSync(join(process.env.INTEROP_DIR, name), 'utf8'));

/** The answer of `gatepost app create --json`: client_id, client_secret and more. */
export const application = (name) => read(`${name}.json`);

/** The private keys that belong to the application's registered key set. */
export const privateKeysOf = (name) => read(`${name}.private.jwks`).keys;
