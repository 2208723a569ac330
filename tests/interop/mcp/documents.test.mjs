// Clients that nobody registers, not even themselves: a document describes them, and its address is their client id.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { claimsOf, connected, issuer, Keeper, published, resource, versions, Witness } from './clients.mjs';

test('the metadata say that documents are read', async () => {
  const metadata = await (await fetch(`${issuer}/.well-known/oauth-authorization-server`)).json();
  assert.equal(metadata.client_id_metadata_document_supported, true);
});

for (const [version, sdk] of Object.entries(versions)) {
  test(`${version} is described by its document`, async (t) => {
    const person = new Witness();
    const keeper = new Keeper(person);
    keeper.clientMetadataUrl = `${published}/${version.replace(' ', '-')}.json`;
    const agent = await connected(t, sdk, keeper);

    assert.equal(keeper.asked.searchParams.get('client_id'), keeper.clientMetadataUrl);
    assert.equal(person.consented.length, 1);
    assert.match(person.consented[0], /Published notebook/);
    assert.match(person.consented[0], /localhost/);
    assert.equal(await agent.call('list_notes'), 'No notes yet');

    const claims = claimsOf(keeper.kept.access_token);
    assert.equal(claims.client_id, keeper.clientMetadataUrl);
    assert.equal(claims.aud, resource);
  });
}
