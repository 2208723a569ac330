// npm install jose
// ISSUER=https://auth.example.com AUDIENCE=… TOKEN=… node verify.mjs
import { createRemoteJWKSet, jwtVerify } from 'jose';

const { ISSUER, AUDIENCE, TOKEN } = process.env;

// Make it once and keep it: it caches the keys and fetches them again when a token names one it does not know.
const keys = createRemoteJWKSet(new URL('/.well-known/jwks.json', ISSUER));

const { payload } = await jwtVerify(TOKEN, keys, {
  issuer: ISSUER,
  audience: AUDIENCE, // the application's client_id, unless it asks for another audience
  algorithms: ['RS256'],
});
console.log(`${payload.client_id} may ${payload.scope} until ${new Date(payload.exp * 1000).toISOString()}`);
