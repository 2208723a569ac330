-- The pictures of applications: where each is, and the copy that is shown.
alter table applications add column logo_uri text;

create index applications_with_a_logo on applications (id) where logo_uri is not null;

create table application_logos (
    application_id text   primary key references applications (id) on delete cascade,
    -- Where the copy is from; another address is fetched anew.
    uri            text   not null,
    tried_at       bigint not null,
    -- None as long as there is no copy.
    media_type     text,
    content        bytea,
    -- Why the last try brought none.
    problem        text
);
