// The request of an asset-pool API's documentation, exactly as printed there; only host and credentials differ.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import axios from 'axios';
import { decodeJwt, decodeProtectedHeader } from 'jose';
import { application, issuer } from './gatepost.mjs';

const { client_id: CLIENT_ID, client_secret: CLIENT_SECRET } = application('asset-pool');

test('the printed axios request gets the printed answer', async () => {
  const response = await axios({
    url: `${issuer}/token`,
    method: 'POST',
    headers: {
        'Content-Type': 'application/x-www-form-urlencoded',
        'Authorization': 'Basic ' + new Buffer(`${CLIENT_ID}:${CLIENT_SECRET}`).toString('base64'),
    },
    data: {
        grant_type: 'client_credentials',
        scope: 'openid admin',
    }
  });

  assert.equal(response.status, 200);
  assert.equal(response.headers['cache-control'], 'no-store');
  const { access_token, ...rest } = response.data;
  assert.deepEqual(rest, { expires_in: 600, token_type: 'Bearer', scope: 'openid admin' });

  const { alg, typ, kid } = decodeProtectedHeader(access_token);
  assert.equal(alg, 'RS256');
  assert.ok(typ, 'the header has a typ');
  assert.ok(kid, 'the header has a kid');

  const claims = decodeJwt(access_token);
  assert.equal(typeof claims.jti, 'string');
  assert.equal(claims.exp - claims.iat, 600);
  assert.equal(claims.scope, 'openid admin');
  assert.equal(claims.iss, issuer);
  assert.equal(claims.aud, CLIENT_ID);
});
