-- The claims that an application asks for one by one (OIDC Core section 5.5), and the scopes that give them.
alter table authorizations add column claims text;
alter table authorizations add column claims_scope text;
alter table token_families add column claims text;
alter table token_families add column claims_scope text;
