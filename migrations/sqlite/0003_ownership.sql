-- Who looks after applications, and who asks to.

-- Raised by every change of an application, so that nobody overwrites a change they have not seen.
alter table applications add column version bigint not null default 1;

-- An owner is an account. Somebody who was named before they had one stands here by address, until a sign-in
-- proves that it is theirs.
create table application_owners (
    application_id text   not null references applications (id),
    user_id        text   references users (id),
    email          text,
    email_key      text,
    since          bigint not null,
    unique (application_id, user_id),
    unique (application_id, email_key)
);
create index application_owners_by_user on application_owners (user_id);
create index application_owners_by_email on application_owners (email_key);

insert into application_owners (application_id, user_id, email, email_key, since)
    select applications.id, users.id,
           case when users.id is null then applications.owner end,
           case when users.id is null then lower(applications.owner) end,
           applications.created_at
    from applications left join users on users.email_key = lower(applications.owner)
    where applications.owner is not null;

create table invitations (
    id             text   primary key,
    token_hash     blob   not null unique,
    application_id text   not null references applications (id),
    email          text   not null,
    email_key      text   not null,
    -- 'share', or 'transfer': then who invited leaves when it is accepted.
    purpose        text   not null,
    invited_by     text   not null references users (id),
    created_at     bigint not null,
    expires_at     bigint not null,
    spent_at       bigint
);
create index invitations_by_application on invitations (application_id);
create index invitations_by_email on invitations (email_key);
create index invitations_by_expiry on invitations (expires_at);

-- What a developer may not choose alone, waiting for an operator.
create table approvals (
    id             text   primary key,
    application_id text   not null references applications (id),
    requested_by   text   not null references users (id),
    scope          text   not null,
    grants         text   not null,
    audiences      text   not null,
    reason         text   not null,
    created_at     bigint not null,
    decided_at     bigint,
    decided_by     text,
    -- 'granted', 'refused' or 'withdrawn'.
    decision       text
);
create index approvals_by_application on approvals (application_id);
create index approvals_open on approvals (created_at) where decided_at is null;
