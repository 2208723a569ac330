-- Passkeys (WebAuthn), and the challenges that are answered with them.

-- What authenticators know an account by: random, and in no token.
alter table users add column passkey_handle blob;

create table passkeys (
    id              text    primary key,
    user_id         text    not null references users (id),
    credential_id   blob    not null unique,
    -- A COSE key.
    public_key      blob    not null,
    name            text    not null,
    sign_count      bigint  not null,
    backup_eligible boolean not null,
    backed_up       boolean not null,
    created_at      bigint  not null,
    last_used_at    bigint
);

create index passkeys_by_user on passkeys (user_id);

create table passkey_challenges (
    challenge_hash blob   primary key,
    browser_hash   blob   not null,
    -- Whose passkey is to be registered; null where somebody signs in.
    user_id        text   references users (id),
    expires_at     bigint not null
);

create index passkey_challenges_by_end on passkey_challenges (expires_at);
