-- People who sign in at another OpenID provider.

-- Sign-ins that were begun there. Whoever brings the answer spends the row.
create table upstream_sign_ins (
    state_hash       bytea  primary key,
    nonce_hash       bytea  not null,
    browser_hash     bytea  not null,
    upstream         text   not null,
    -- What happens afterwards: one of the two. The request may be forgotten first.
    authorization_id text,
    return_to        text,
    -- In microseconds; zero for a sign-in anew.
    max_age          bigint,
    created_at       bigint not null,
    expires_at       bigint not null
);

create index upstream_sign_ins_by_end on upstream_sign_ins (expires_at);

-- Whose accounts there belong to which here. By issuer, so that they come back with an upstream that was left out for a
-- while, and never with another one of the same name.
create table upstream_identities (
    id           text   primary key,
    user_id      text   not null references users (id),
    upstream     text   not null,
    issuer       text   not null,
    subject      text   not null,
    -- For people to recognise it; nothing is decided by it.
    address      text,
    created_at   bigint not null,
    last_used_at bigint,
    unique (issuer, subject)
);

create index upstream_identities_by_user on upstream_identities (user_id);

-- Accounts there that belong to none here yet, while the browser that they signed in with proves which it is to be.
create table pending_identities (
    id               text   primary key,
    browser_hash     bytea  not null,
    upstream         text   not null,
    issuer           text   not null,
    subject          text   not null,
    address          text,
    authorization_id text,
    return_to        text,
    expires_at       bigint not null
);

create index pending_identities_by_end on pending_identities (expires_at);

-- Why an upstream signed nobody in lately, for operators. It names no person.
create table upstream_failures (
    upstream text   not null,
    why      text   not null,
    times    bigint not null,
    last_at  bigint not null,
    primary key (upstream, why)
);
