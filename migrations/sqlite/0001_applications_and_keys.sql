-- Times are microseconds since 1970 UTC; lists are JSON; scopes are space separated as RFC 6749 writes them.

-- One counter per kind of fact that nodes keep in memory. Whoever changes such a fact raises its counter in
-- the same transaction; nodes look at the counters several times a second.
create table generations (
    name  text   primary key,
    value bigint not null
);
insert into generations (name, value) values ('applications', 0), ('signing_keys', 0);

create table applications (
    id                  text    primary key,
    client_id           text    not null unique,
    name                text    not null,
    kind                text    not null,
    origin              text    not null,
    grants              text    not null,
    scope               text    not null,
    default_scope       text    not null,
    redirect_uris       text    not null,
    audiences           text    not null,
    token_ttl           bigint,
    token_profile       text    not null,
    signing_algorithm   text    not null,
    jwks                text,
    owner               text,
    first_party         boolean not null,
    created_at          bigint  not null,
    last_used_at        bigint,
    deactivated_at      bigint,
    deactivation_reason text,
    deleted_at          bigint
);

create table application_secrets (
    id             text   primary key,
    application_id text   not null references applications (id),
    hash           text   not null,
    hint           text   not null,
    origin         text   not null,
    -- Of an imported secret: a keyed hash by which a restart sees that it has not changed.
    fingerprint    text,
    created_at     bigint not null,
    last_used_on   bigint
);
create index application_secrets_by_application on application_secrets (application_id);

create table signing_keys (
    kid           text   primary key,
    algorithm     text   not null,
    jwk           text   not null,
    private_key   blob   not null,
    master_key_id text   not null,
    created_at    bigint not null,
    activates_at  bigint not null,
    keep_for      bigint not null,
    revoked_at    bigint
);

-- The jti of every client assertion that could still be replayed, as SHA-256.
create table client_assertions (
    application_id text   not null references applications (id),
    jti_hash       blob   not null,
    expires_at     bigint not null,
    primary key (application_id, jti_hash)
);
create index client_assertions_by_expiry on client_assertions (expires_at);

create table scopes (
    name        text primary key,
    description text not null
);

create table resources (
    identifier text primary key,
    name       text not null,
    scope      text not null
);

create table audit_events (
    id      text   primary key,
    at      bigint not null,
    actor   text   not null,
    event   text   not null,
    subject text   not null,
    detail  text   not null
);
create index audit_events_by_subject on audit_events (subject, at);
