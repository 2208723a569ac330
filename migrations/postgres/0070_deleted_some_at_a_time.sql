-- Set at once when a group is deleted; its members go some at a time, and then its row.
alter table user_groups add column deleted_at bigint;

-- The addresses of deleted accounts, until they stand nowhere else. What was written down after that moment is about
-- another account with the same address.
create table addresses_to_forget (
    user_id    text   not null references users (id),
    email_key  text   not null,
    deleted_at bigint not null,
    primary key (user_id, email_key)
);

-- Mail to an address, and what else says it, without a look at all others.
create index outbox_by_recipient on outbox (lower(recipient));
create index upstream_identities_by_address on upstream_identities (lower(address));
create index applications_by_owner on applications (lower(owner));
