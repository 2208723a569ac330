-- Applications that register themselves (RFC 7591).

-- What let such an application in, open or token; null for every other.
alter table applications add column admission text;
create index applications_open_unused on applications (created_at)
    where admission = 'open' and last_used_at is null and deleted_at is null;

create table client_registrations (
    application_id text primary key references applications (id),
    -- SHA-256 of the registration access token (RFC 7592); each change puts another in its place.
    token_hash     bytea not null,
    auth_method    text not null,
    network        text not null
);

-- Initial access tokens, which operators hand out.
create table registration_tokens (
    id           text   primary key,
    token_hash   bytea   not null unique,
    name         text   not null,
    scope        text   not null,
    grants       text   not null,
    uses         bigint not null,
    most_uses    bigint,
    created_at   bigint not null,
    expires_at   bigint not null,
    last_used_at bigint,
    revoked_at   bigint
);
