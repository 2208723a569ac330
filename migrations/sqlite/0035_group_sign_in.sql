-- How the people of a group have to sign in to applications; without it as the applications say.
alter table user_groups add column require text;
