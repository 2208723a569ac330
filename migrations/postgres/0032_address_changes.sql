-- Accounts that get another address. A row is kept as long as something can be done with it: made, then undone.
create table address_changes (
    id text primary key not null,
    user_id text not null references users (id),
    old_email text not null,
    old_email_key text not null,
    new_email text not null,
    new_email_key text not null,
    link_hash bytea not null unique,
    undo_hash bytea unique,
    created_at bigint not null,
    expires_at bigint not null,
    made_at bigint,
    ended_at bigint
);
create index address_changes_by_user on address_changes (user_id);
create index address_changes_by_expiry on address_changes (expires_at);
