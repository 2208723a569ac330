-- Requests of devices without a browser (RFC 8628). Both codes are stored as hashes.
create table device_grants (
    id               text   primary key,
    device_code_hash blob   not null unique,
    user_code_hash   blob   not null unique,
    application_id   text   not null references applications (id),
    scope            text   not null,
    resources        text   not null,
    address          text   not null,
    user_agent       text   not null,
    network          text   not null,
    created_at       bigint not null,
    expires_at       bigint not null,
    -- The browser in which the user code was entered.
    browser_hash     blob,
    -- What the person said, and who they are if it was yes.
    denied_at        bigint,
    allowed_at       bigint,
    user_id          text   references users (id),
    auth_time        bigint,
    amr              text,
    redeemed_at      bigint
);
create index device_grants_by_network on device_grants (application_id, network);
create index device_grants_by_user on device_grants (user_id);
create index device_grants_by_expiry on device_grants (expires_at);

-- Tries that were counted, such as wrong user codes from one network.
create table tries (
    subject text   primary key,
    taken   bigint not null,
    until   bigint not null
);
create index tries_by_end on tries (until);
