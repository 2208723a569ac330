-- Groups of people, by name.
create table user_groups (
    name                  text    primary key,
    visible_to_developers boolean not null,
    declared              boolean not null,
    created_at            bigint  not null
);

create table group_members (
    group_name text   not null references user_groups (name) on delete cascade,
    user_id    text   not null references users (id),
    added_at   bigint not null,
    primary key (group_name, user_id)
);

create index group_members_by_user on group_members (user_id);

insert into generations (name, value) values ('groups', 0);

-- Settings of an application; a column without a value is the default.
alter table applications add column visible_groups text;
alter table applications add column groups_claim text;
alter table applications add column groups_in_access_token boolean not null default false;
