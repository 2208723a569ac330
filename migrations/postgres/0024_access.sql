-- Who may use an application, and the groups that let people in. A column without a value is the default: everybody.
alter table applications add column access text;
alter table applications add column allowed_groups text;
