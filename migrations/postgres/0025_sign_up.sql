-- Addresses whose owners may make an account, and the groups that they are in then (a JSON list of names).
create table account_invitations (
    email_key   text   primary key,
    email       text   not null,
    locale      text,
    group_names text   not null,
    created_at  bigint not null,
    expires_at  bigint not null
);

-- What was decided once for this installation. Who made their own accounts until now goes on to: an installation that
-- was in use before has a signing key.
create table installation (
    name  text primary key,
    value text not null
);

insert into installation (name, value)
select 'signup', case when exists (select 1 from signing_keys) then 'open' else 'invited' end;
