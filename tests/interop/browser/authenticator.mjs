// An authenticator in Chromium, made of nothing: what a phone or a laptop has for passkeys.

/**
 * Gives the page's device one, in which the person touches it and is known whenever they are asked. A device has one at a time:
 * `remove` it before you add another.
 */
export async function addAuthenticator(page, more = {}) {
  const session = await page.context().newCDPSession(page);
  await session.send('WebAuthn.enable', { enableUI: false });
  const options = {
    protocol: 'ctap2', transport: 'internal', hasResidentKey: true, hasUserVerification: true, isUserVerified: true,
    automaticPresenceSimulation: true, ...more,
  };
  const { authenticatorId } = await session.send('WebAuthn.addVirtualAuthenticator', { options });
  return {
    credentials: async () => (await session.send('WebAuthn.getCredentials', { authenticatorId })).credentials,
    /** The same passkey as it was when it had been used so often. */
    turnBack: async (credential, signCount) => {
      await session.send('WebAuthn.removeCredential', { authenticatorId, credentialId: credential.credentialId });
      await session.send('WebAuthn.addCredential', { authenticatorId, credential: { ...credential, signCount } });
    },
    remove: async () => {
      await session.send('WebAuthn.removeVirtualAuthenticator', { authenticatorId });
      await session.detach();
    },
  };
}
