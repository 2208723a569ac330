-- Names in lower case, to be searched. Written by the server, since lower() of SQLite knows ASCII alone: a name with other
-- letters that is there already is found by them once it is changed.
alter table applications add column name_key text not null default '';
update applications set name_key = lower(name);
alter table users add column name_key text;
update users set name_key = lower(name);

-- Which of the scopes that are asked for are to be default scopes too.
alter table approvals add column default_scope text not null default '';

-- An account's open invitations end with it.
create index invitations_by_inviter on invitations (invited_by);
