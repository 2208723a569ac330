-- APIs that every application may ask tokens for whose person consents.
alter table resources add column is_open boolean not null default false;
