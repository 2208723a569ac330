// Makes the key pairs of the application that signs its own assertions: the private halves stay in a file for the
// tests, the public halves go to `gatepost app create --jwks`. node make-keys.mjs FOLDER
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { exportJWK, generateKeyPair } from 'jose';

const folder = process.argv[2];
const publicKeys = [];
const privateKeys = [];
for (const alg of ['RS256', 'ES256']) {
  const pair = await generateKeyPair(alg, { extractable: true });
  publicKeys.push({ ...(await exportJWK(pair.publicKey)), kid: `interop-${alg}`, alg, use: 'sig' });
  privateKeys.push({ ...(await exportJWK(pair.privateKey)), kid: `interop-${alg}`, alg });
}
writeFileSync(join(folder, 'key-holder.jwks'), JSON.stringify({ keys: publicKeys }));
writeFileSync(join(folder, 'key-holder.private.jwks'), JSON.stringify({ keys: privateKeys }), { mode: 0o600 });
