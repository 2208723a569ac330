-- The format of tokens can be left to the server's setting: a column without a value is the default. What was the default
-- until now was written down for every application, so it counts as not chosen.
alter table applications alter column token_profile drop not null;
update applications set token_profile = null where token_profile = 'rfc9068';

-- What an API says of itself: the only format that it reads, and the application that it is.
alter table resources add column format text;
alter table resources add column application text;

-- The applications that may ask for tokens which an application reads. A column without a value is the default: none.
alter table applications add column allowed_callers text;
