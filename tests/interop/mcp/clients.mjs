// A client of each version of the official SDK for TypeScript, and the person it signs in.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as v2 from '@modelcontextprotocol/client';
import { UnauthorizedError } from '@modelcontextprotocol/sdk/client/auth.js';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { Page, Person } from '../person.mjs';

export const issuer = process.env.ISSUER;
export const resource = process.env.RESOURCE;
/** Where the documents of clients are. */
export const published = process.env.PUBLISHED;
/** Which of the two examples is asked. */
export const example = process.env.EXAMPLE;

/** What `app create` answered for the applications that the document prints. */
export const printed = JSON.parse(readFileSync(join(process.env.INTEROP_DIR, 'mcp', 'printed.json'), 'utf8'));

export const versions = {
  'version 2': {
    Client: v2.Client,
    Transport: v2.StreamableHTTPClientTransport,
    Unauthorized: v2.UnauthorizedError,
    finish: (transport, answer) => transport.finishAuth(answer),
  },
  'version 1': {
    Client,
    Transport: StreamableHTTPClientTransport,
    Unauthorized: UnauthorizedError,
    finish: (transport, answer) => transport.finishAuth(answer.get('code')),
  },
};

/** What is kept of a client that was registered as the document prints it. */
export const registered = () => ({ client_id: 'my-agent', issuer });

/** A person who remembers which buttons were pressed, and what the consent page said. */
export class Witness extends Person {
  pressed = [];
  consented = [];

  constructor() {
    super(`${randomUUID()}@example.com`);
  }

  press(page, id, options) {
    this.pressed.push(id);
    if (id === 'consent-allow') this.consented.push(page.html);
    return super.press(page, id, options);
  }
}

/** What a client keeps. Its redirect URI leads nowhere: the browser of the person stops before it. */
export class Keeper {
  redirectUrl = 'http://localhost:3334/oauth/callback';
  answers = [];

  constructor(person, information) {
    Object.assign(this, { person, information });
  }

  clientMetadata = {
    client_name: 'Notebook',
    redirect_uris: [this.redirectUrl],
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    token_endpoint_auth_method: 'none',
  };

  state() {
    this.expected = randomUUID();
    return this.expected;
  }

  clientInformation() {
    return this.information;
  }

  saveClientInformation(information) {
    this.information = information;
  }

  tokens() {
    return this.kept;
  }

  saveTokens(tokens) {
    this.kept = tokens;
  }

  discoveryState() {
    return this.discovered;
  }

  saveDiscoveryState(state) {
    this.discovered = state;
  }

  saveCodeVerifier(verifier) {
    this.verifier = verifier;
  }

  codeVerifier() {
    return this.verifier;
  }

  async redirectToAuthorization(address) {
    this.asked = address;
    const end = await this.person.signIn(address, { until: this.redirectUrl });
    if (end instanceof Page) throw new Error(`ended at ${end.url} (${end.status}):\n${end.html}`);
    assert.equal(end.searchParams.get('state'), this.expected);
    this.answers.push(end.searchParams);
  }
}

/** A client that has the person sign in whenever the MCP server wants more than there is. */
export class Agent {
  #sdk;
  #transport;

  constructor(sdk, keeper) {
    this.#sdk = sdk;
    this.keeper = keeper;
  }

  async connect() {
    this.client = new this.#sdk.Client({ name: 'notebook', version: '1.0.0' });
    this.#transport = new this.#sdk.Transport(new URL(resource), { authProvider: this.keeper });
    await this.client.connect(this.#transport);
  }

  /** Does it; once more after signing in, if it takes that. */
  async signedIn(act) {
    try {
      return await act();
    } catch (error) {
      if (!(error instanceof this.#sdk.Unauthorized)) throw error;
    }
    await this.#sdk.finish(this.#transport, this.keeper.answers.at(-1));
    await this.client.close();
    await this.connect();
    return act();
  }

  async call(name, args = {}) {
    const { content, isError } = await this.signedIn(() => this.client.callTool({ name, arguments: args }));
    assert.ok(!isError, JSON.stringify(content));
    return content[0].text;
  }
}

/** A client that is connected, after its person signed in, until the test is over. */
export async function connected(test, sdk, keeper) {
  const agent = new Agent(sdk, keeper);
  test.after(() => agent.client.close());
  await agent.signedIn(() => agent.client?.getServerVersion() ? undefined : agent.connect());
  return agent;
}

export const claimsOf = (token) => JSON.parse(Buffer.from(token.split('.')[1], 'base64url'));
