-- What a name looks like (UTS 39), so that no application passes for that of another owner. The server writes it; of names
-- that are there already this knows the look of ASCII letters, the others are known once they are changed.
alter table applications add column look text not null default '';
alter table applications add column look_of_small text not null default '';
update applications set
    look = lower(replace(replace(replace(replace(replace(replace(replace(replace(replace(name,
        'm', 'rn'), '0', 'O'), '1', 'l'), 'I', 'l'), '|', 'l'), ' ', ''), '-', ''), '_', ''), '.', '')),
    look_of_small = replace(replace(replace(replace(replace(replace(replace(replace(lower(name),
        'm', 'rn'), '0', 'O'), '1', 'l'), '|', 'l'), ' ', ''), '-', ''), '_', ''), '.', '');
create index applications_by_look on applications (look);
create index applications_by_look_of_small on applications (look_of_small);
