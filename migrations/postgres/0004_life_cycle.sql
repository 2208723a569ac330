-- What becomes of applications that nobody uses.

-- An operator's word that this one stays, used or not.
alter table applications add column exempt boolean not null default false;
-- When somebody last said that it is to stay: by a link in a warning, by activating it, by bringing it back.
alter table applications add column kept_at bigint;
-- The last warning, and how long before the deactivation it promised to come. Void once it is used or kept.
alter table applications add column warned_at bigint;
alter table applications add column warned_before bigint;
-- Deleted for good: only the client id is left, so that it is never issued again.
alter table applications add column purged_at bigint;

-- The links in warnings, one for each mail. A later idle time takes those of an earlier one with it.
create table keep_links (
    token_hash     bytea  primary key,
    application_id text   not null references applications (id),
    user_id        text   references users (id),
    locale         text   not null,
    created_at     bigint not null
);
create index keep_links_by_application on keep_links (application_id);

-- Until when a server is known to have been up: one row. No application's time runs while none is.
create table heartbeat (
    id          bigint primary key,
    alive_until bigint not null
);

create table outages (
    began_at bigint primary key,
    ended_at bigint not null
);
