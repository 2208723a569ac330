-- What applications tell people about themselves.
alter table applications add column description text;
alter table applications add column client_uri text;
alter table applications add column tos_uri text;
alter table applications add column policy_uri text;
