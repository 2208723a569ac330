-- What a person chooses to be called by applications (OIDC Core section 5.1, preferred_username); until then their address.
alter table users add column username text;
alter table users add column username_key text;
create unique index users_by_username on users (username_key);
