-- Whether an application gets tokens that are bound to a key only.
alter table applications add column dpop_bound boolean not null default false;
