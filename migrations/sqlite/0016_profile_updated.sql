-- When what an account is called last changed (OIDC Core section 5.1); until then it is as old as the account.
alter table users add column updated_at bigint;
-- What somebody without an account wants to be called, until the sign-in makes it.
alter table sign_ins add column name text;
