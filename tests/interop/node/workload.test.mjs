// A workload without a secret: jose signs as a pipeline's issuer does, openid-client sends what it was given.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createServer } from 'node:http';
import { after, before, test } from 'node:test';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import * as client from 'openid-client';
import { issuer } from './gatepost.mjs';

const subject = 'repo:octo/shop:environment:production';
const kid = 'pipeline-1';
let pipeline, name, privateKey, clientId;

before(async () => {
  const pair = await generateKeyPair('RS256');
  privateKey = pair.privateKey;
  const keys = [{ ...(await exportJWK(pair.publicKey)), kid, alg: 'RS256', use: 'sig' }];
  pipeline = createServer((request, response) => {
    response.setHeader('Content-Type', 'application/json');
    response.end(JSON.stringify(request.url === '/jwks' ? { keys } : { issuer: name, jwks_uri: `${name}/jwks` }));
  });
  await new Promise((resolve) => pipeline.listen(0, '127.0.0.1', resolve));
  name = `http://127.0.0.1:${pipeline.address().port}`;
  const words = ['app', 'create', '--name', 'Pipeline', '--federated', `${name} repo:octo/*`, '--json'];
  const made = JSON.parse(execFileSync(process.env.GATEPOST, words));
  assert.ok(!made.client_secret, 'it has no secret');
  clientId = made.client_id;
});

after(() => pipeline.close());

/** What the issuer gives to a job. */
const identity = (claims = {}) =>
  new SignJWT({ jti: crypto.randomUUID(), repository: 'octo/shop', ...claims })
    .setProtectedHeader({ alg: 'RS256', kid, typ: 'JWT', x5t: kid })
    .setIssuer(name)
    .setSubject(claims.sub ?? subject)
    .setAudience(claims.aud ?? issuer)
    .setIssuedAt()
    .setNotBefore('-5m')
    .setExpirationTime('5m')
    .sign(privateKey);

/** Sends a token that somebody else has signed. */
const authenticationBy = (token) => (_server, application, body) => {
  body.set('client_id', application.client_id);
  body.set('client_assertion_type', 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer');
  body.set('client_assertion', token);
};

const configured = (token) =>
  client.discovery(new URL(issuer), clientId, undefined, authenticationBy(token), {
    execute: [client.allowInsecureRequests],
  });

test('a job gets a token once by the token of its issuer', async () => {
  const configuration = await configured(await identity());
  const answer = await client.clientCredentialsGrant(configuration, { scope: 'openid' });
  assert.equal(answer.token_type, 'bearer');
  await assert.rejects(client.clientCredentialsGrant(configuration, {}), { status: 401 });
});

test('the job of another repository and a token for another server get none', async () => {
  for (const claims of [{ sub: 'repo:octopus/shop' }, { aud: 'https://other.example' }]) {
    const configuration = await configured(await identity(claims));
    await assert.rejects(client.clientCredentialsGrant(configuration, {}), { status: 401 });
  }
});
