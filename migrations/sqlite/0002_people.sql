-- People: their accounts, sessions, sign-ins by e-mail, and the grants that grow from them.
-- Every one-time value is here as SHA-256 only; login codes as HMAC under the master key.

-- What an application decides for its own sign-ins; none follows the server's setting.
alter table applications add column link_mode text;
alter table applications add column unknown_account text;
-- 'required', or none for what its type calls for.
alter table applications add column pkce text;
alter table applications add column post_logout_redirect_uris text not null default '[]';

create table users (
    id                text    primary key,
    -- The public name of the account. Random, never issued twice, not even after the account was deleted.
    sub               text    not null unique,
    -- The address as mail is sent to it, and its canonical form by which it is found. Both go with the account.
    email             text,
    email_key         text    unique,
    email_verified_at bigint,
    name              text,
    locale            text,
    admin             boolean not null,
    created_at        bigint  not null,
    last_sign_in_at   bigint,
    disabled_at       bigint,
    deleted_at        bigint
);

create table sessions (
    id           text   primary key,
    token_hash   blob   not null unique,
    user_id      text   not null references users (id),
    created_at   bigint not null,
    auth_time    bigint not null,
    amr          text   not null,
    last_seen_at bigint not null,
    expires_at   bigint not null,
    ended_at     bigint,
    address      text   not null,
    user_agent   text   not null
);
create index sessions_by_user on sessions (user_id);
create index sessions_by_expiry on sessions (expires_at);

-- An authorization request that was accepted as well formed, until it is answered.
create table authorizations (
    id                text    primary key,
    application_id    text    not null references applications (id),
    -- 'browser', or 'api' for the passwordless JSON request.
    source            text    not null,
    -- Of a browser flow: the browser that began it.
    browser_hash      blob,
    redirect_uri      text    not null,
    -- Whether the request named it; then the token request has to name it again (RFC 6749 section 4.1.3).
    redirect_uri_sent boolean not null,
    response_mode     text    not null,
    scope             text    not null,
    resources         text    not null,
    state             text,
    nonce             text,
    code_challenge    text,
    prompt            text    not null,
    max_age           bigint,
    login_hint        text,
    ui_locales        text,
    address           text    not null,
    user_agent        text    not null,
    created_at        bigint  not null,
    expires_at        bigint  not null,
    completed_at      bigint
);
create index authorizations_by_expiry on authorizations (expires_at);

-- One person proving one address once. Several mails may belong to it, and only one of them counts.
create table sign_ins (
    id               text   primary key,
    -- None for a sign-in to this server's own pages; return_to then says which.
    authorization_id text   references authorizations (id),
    return_to        text,
    browser_hash     blob,
    -- None until the address is proven, when it is a new one.
    user_id          text   references users (id),
    email            text   not null,
    email_key        text   not null,
    reference        text   not null,
    code_hash        blob   not null,
    tries            bigint not null,
    locale           text   not null,
    address          text   not null,
    user_agent       text   not null,
    trace_id         text   not null,
    created_at       bigint not null,
    ends_at          bigint not null,
    redeemed_at      bigint,
    ended_at         bigint
);
create index sign_ins_by_end on sign_ins (ends_at);
create index sign_ins_by_authorization on sign_ins (authorization_id);

create table sign_in_links (
    token_hash  blob   primary key,
    sign_in_id  text   not null references sign_ins (id),
    created_at  bigint not null,
    -- When the mail was taken over by the mail server; the link's time counts from then.
    accepted_at bigint,
    fetches     bigint not null
);
create index sign_in_links_by_sign_in on sign_in_links (sign_in_id);

-- What happened to a sign-in, step by step, for the application's owner.
create table sign_in_events (
    id         text   primary key,
    sign_in_id text   not null references sign_ins (id),
    at         bigint not null,
    event      text   not null,
    detail     text   not null
);
create index sign_in_events_by_sign_in on sign_in_events (sign_in_id, at);

-- What a resource owner has granted to an application, and all tokens that grew from it.
create table token_families (
    id             text   primary key,
    application_id text   not null references applications (id),
    user_id        text   not null references users (id),
    session_id     text   references sessions (id),
    scope          text   not null,
    resources      text   not null,
    nonce          text,
    auth_time      bigint not null,
    amr            text   not null,
    created_at     bigint not null,
    expires_at     bigint not null,
    ended_at       bigint,
    end_reason     text
);
create index token_families_by_user on token_families (user_id, application_id);
create index token_families_by_session on token_families (session_id);
create index token_families_by_expiry on token_families (expires_at);

create table authorization_codes (
    code_hash        blob   primary key,
    authorization_id text   not null references authorizations (id),
    application_id   text   not null references applications (id),
    user_id          text   not null references users (id),
    session_id       text   references sessions (id),
    sign_in_id       text   references sign_ins (id),
    scope            text   not null,
    auth_time        bigint not null,
    amr              text   not null,
    created_at       bigint not null,
    expires_at       bigint not null,
    spent_at         bigint,
    family_id        text   references token_families (id)
);
create index authorization_codes_by_sign_in on authorization_codes (sign_in_id);
create index authorization_codes_by_expiry on authorization_codes (expires_at);

create table refresh_tokens (
    token_hash blob   primary key,
    family_id  text   not null references token_families (id),
    created_at bigint not null,
    expires_at bigint not null,
    spent_at   bigint
);
create index refresh_tokens_by_family on refresh_tokens (family_id);

create table consents (
    user_id        text   not null references users (id),
    application_id text   not null references applications (id),
    scope          text   not null,
    granted_at     bigint not null,
    primary key (user_id, application_id)
);

-- Access tokens that were revoked one by one, until they would have expired.
create table revoked_tokens (
    jti        text   primary key,
    expires_at bigint not null
);

-- RFC 9126.
create table pushed_requests (
    uri_hash       blob   primary key,
    application_id text   not null references applications (id),
    parameters     text   not null,
    expires_at     bigint not null,
    spent_at       bigint
);

-- Mail to be sent. Written in the transaction of what it tells; the body is encrypted and wiped once sent.
create table outbox (
    id              text   primary key,
    sign_in_id      text   references sign_ins (id),
    link_hash       blob,
    recipient       text   not null,
    subject         text   not null,
    body            blob,
    master_key_id   text   not null,
    created_at      bigint not null,
    -- After this nobody can use it any more, so it is not sent any more.
    not_after       bigint not null,
    attempts        bigint not null,
    next_attempt_at bigint not null,
    claimed_until   bigint,
    accepted_at     bigint,
    given_up_at     bigint,
    last_error      text
);
create index outbox_by_next_attempt on outbox (next_attempt_at);

-- How much of a limit is used up, as the moment at which it would be unused again (generic cell rate
-- algorithm). One statement counts and decides, so all nodes share one count.
create table rate_limits (
    subject      text   primary key,
    unused_again bigint not null
);
