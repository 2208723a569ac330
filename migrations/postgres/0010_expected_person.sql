-- Whom an application expects by id_token_hint, by the public name of the account.
alter table authorizations add column expected_sub text;

-- Sessions that are over are looked for by cleaning up, and codes by their session.
create index sessions_by_end on sessions (ended_at);
create index authorization_codes_by_session on authorization_codes (session_id);
