// Clients of the official SDK for TypeScript find Gatepost, register themselves or are registered, and sign people in.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { claimsOf, connected, example, issuer, Keeper, registered, resource, versions, Witness } from './clients.mjs';

for (const [version, sdk] of Object.entries(versions)) {
  test(`${version} registers itself, and the person consents`, async (t) => {
    const person = new Witness();
    const keeper = new Keeper(person);
    const agent = await connected(t, sdk, keeper);

    assert.equal(keeper.asked.origin, issuer);
    assert.equal(keeper.asked.searchParams.get('resource'), resource);
    assert.equal(keeper.information.token_endpoint_auth_method, 'none');
    assert.equal(person.consented.length, 1);
    assert.match(person.consented[0], /Notebook/);
    assert.match(person.consented[0], /Read your notes/);

    const { tools } = await agent.client.listTools();
    assert.deepEqual(tools.map(({ name }) => name), ['list_notes', 'add_note']);
    assert.equal(await agent.call('list_notes'), 'No notes yet');

    const claims = claimsOf(keeper.kept.access_token);
    assert.equal(claims.aud, resource);
    assert.equal(claims.client_id, keeper.information.client_id);
    assert.match(claims.scope, /notes:read/);
  });

  test(`${version} gets more scope when a tool needs it`, async (t) => {
    const person = new Witness();
    const keeper = new Keeper(person);
    // With a refresh token version 1 renews what it has instead, and gives up.
    if (version === 'version 1') keeper.clientMetadata.grant_types = ['authorization_code'];
    const agent = await connected(t, sdk, keeper);
    const before = keeper.kept.scope.split(' ');
    assert.equal(await agent.call('add_note', { note: 'Buy milk' }), 'Added');
    assert.equal(await agent.call('list_notes'), 'Buy milk');
    // The Python SDK has one set of scopes for the whole server, and asks for them at once.
    const asked = example === 'typescript' ? 2 : 1;
    assert.equal(person.consented.length, asked);
    assert.equal(before.includes('notes:write'), asked === 1);
    if (asked === 2) assert.match(person.consented[1], /Add notes/);
  });

  test(`${version} that is registered is not registered once more`, async (t) => {
    const keeper = new Keeper(new Witness(), registered());
    keeper.saveClientInformation = undefined;
    const agent = await connected(t, sdk, keeper);
    assert.equal(await agent.call('list_notes'), 'No notes yet');
    assert.equal(claimsOf(keeper.kept.access_token).client_id, 'my-agent');
  });
}

test('what one person writes down another does not read', async (t) => {
  const [one, other] = await Promise.all([1, 2].map(() => connected(t, versions['version 2'], new Keeper(new Witness()))));
  await one.call('add_note', { note: 'A secret' });
  assert.equal(await other.call('list_notes'), 'No notes yet');
});
