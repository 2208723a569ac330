-- The authorization server of an API that is not this server's, for which identity assertions are issued, and what
-- applications are called there (a JSON object by client id, where it is another name).
alter table resources add column issuer text;
alter table resources add column client_ids text;
