-- The session of the browser that tokens were granted in, also where they outlive it (offline_access): while it lives,
-- their ID tokens name it (sid). What was granted before has none here.
alter table token_families add column origin_session_id text;
