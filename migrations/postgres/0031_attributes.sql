-- What people are described by besides name, address and language: a JSON object by the names of the attributes.
alter table users add column attributes text;
