-- What people are shown of how their account was signed in to, for 90 days and no longer than the account lasts.
create table sign_in_records (
    id         text   primary key,
    user_id    text   not null references users (id),
    at         bigint not null,
    -- signed_in, or tried_too_often: somebody typed wrong codes until there were no tries left.
    outcome    text   not null,
    amr        text   not null,
    -- The upstream that said who it is, if one did.
    upstream   text,
    address    text   not null,
    user_agent text   not null
);

create index sign_in_records_by_user on sign_in_records (user_id, at);
create index sign_in_records_by_time on sign_in_records (at);

-- Files with what is known of a person that are too large to be made while they wait. Whoever downloads one deletes it.
create table account_exports (
    user_id       text   primary key references users (id),
    asked_at      bigint not null,
    -- Until when a node makes it.
    claimed_until bigint,
    -- The file, once it is made.
    body          text,
    expires_at    bigint not null
);

create index account_exports_by_end on account_exports (expires_at);
