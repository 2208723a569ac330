// The site of a client's publisher: at every address a document that describes the client whose id that address is.
//
//   node published.mjs FOLDER PORT
import { readFileSync } from 'node:fs';
import https from 'node:https';
import { join } from 'node:path';

const [folder, port] = process.argv.slice(2);
const read = (name) => readFileSync(join(folder, name));

https.createServer({ key: read('site.key'), cert: read('site.crt') }, ({ url }, response) => {
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify({
    client_id: `https://localhost:${port}${url}`,
    client_name: 'Published notebook',
    redirect_uris: ['http://localhost:3334/oauth/callback'],
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    token_endpoint_auth_method: 'none',
    application_type: 'native',
  }));
}).listen(port);
