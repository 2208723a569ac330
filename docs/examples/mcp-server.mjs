// npm install @modelcontextprotocol/server @modelcontextprotocol/express @modelcontextprotocol/node express jose zod
// ISSUER=http://localhost:8080 RESOURCE=http://localhost:3000/mcp node mcp-server.mjs
import { createMcpExpressApp, getOAuthProtectedResourceMetadataUrl, mcpAuthMetadataRouter, requireBearerAuth } from '@modelcontextprotocol/express';
import { toNodeHandler } from '@modelcontextprotocol/node';
import { createMcpHandler, McpServer, OAuthError, OAuthErrorCode, requireScopes } from '@modelcontextprotocol/server';
import { createRemoteJWKSet, errors, jwtVerify } from 'jose';
import * as z from 'zod';

const { ISSUER = 'http://localhost:8080', RESOURCE = 'http://localhost:3000/mcp', PORT = 3000 } = process.env;
const resource = new URL(RESOURCE);

// What Gatepost says of itself. The keys are cached, and fetched again when a token names one that is not among them.
const metadata = await (await fetch(`${ISSUER}/.well-known/oauth-authorization-server`)).json();
const keys = createRemoteJWKSet(new URL(metadata.jwks_uri));

const verifier = {
  async verifyAccessToken(token) {
    try {
      const { payload } = await jwtVerify(token, keys, {
        issuer: metadata.issuer,
        audience: RESOURCE, // a token for another API is none of ours
        typ: 'at+jwt', // and an ID token is no access token
        algorithms: metadata.id_token_signing_alg_values_supported, // an application may choose among them
      });
      const { client_id: clientId, scope = '', exp: expiresAt, sub } = payload;
      return { token, clientId, scopes: scope.split(' '), expiresAt, resource, extra: { sub } };
    } catch (error) {
      // What is not about the token, such as keys that cannot be fetched, is answered with 500.
      throw error instanceof errors.JOSEError ? new OAuthError(OAuthErrorCode.InvalidToken, `refused: ${error.code}`) : error;
    }
  },
};

// The notes of each person, by the sub of their tokens.
const notes = new Map();
const text = (line) => ({ content: [{ type: 'text', text: line }] });

function notesServer() {
  const server = new McpServer({ name: 'notes', version: '1.0.0' });
  const of = ({ http }) => http.authInfo.extra.sub;
  server.registerTool('list_notes', { description: 'Lists your notes' }, (context) =>
    text((notes.get(of(context)) ?? []).join('\n') || 'No notes yet'));
  server.registerTool('add_note', {
    description: 'Adds a note',
    inputSchema: z.object({ note: z.string() }),
    scopeChallenge: requireScopes('notes:read', 'notes:write'), // without them 403, and the client asks the person for both
  }, ({ note }, context) => {
    notes.set(of(context), [...(notes.get(of(context)) ?? []), note]);
    return text('Added');
  });
  return server;
}

const handle = toNodeHandler(createMcpHandler(notesServer));
const app = createMcpExpressApp({ allowedHosts: [resource.hostname] });
// Tells clients that tokens come from Gatepost, and which scopes there are (RFC 9728).
app.use(mcpAuthMetadataRouter({
  oauthMetadata: metadata,
  resourceServerUrl: resource,
  resourceName: 'Notes',
  scopesSupported: ['notes:read', 'notes:write'],
}));
app.all(
  resource.pathname,
  requireBearerAuth({
    verifier,
    requiredScopes: ['notes:read'],
    resourceMetadataUrl: getOAuthProtectedResourceMetadataUrl(resource),
  }),
  (request, response) => handle(request, response, request.body),
);
app.listen(PORT, '127.0.0.1', () => console.log(`${RESOURCE} trusts ${metadata.issuer}`));
