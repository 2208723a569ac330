-- OpenID Connect Back-Channel Logout 1.0, §2.2: settings of an application.
alter table applications add column backchannel_logout_uri text;
alter table applications add column backchannel_logout_session_required boolean not null default false;

-- Which applications were asked for in a session, and the name that each knows the session by: the claim sid. Every
-- application has another, so that two of them cannot tell by it that they serve the same browser.
create table session_applications (
    application_id text   not null references applications (id) on delete cascade,
    sid            text   not null,
    session_id     text   not null references sessions (id) on delete cascade,
    -- When it first got tokens of this session; none if it never did.
    used_at        bigint,
    primary key (application_id, sid)
);
create unique index session_applications_by_session on session_applications (session_id, application_id);

-- The ID tokens of before this table have the session's own id there.
insert into session_applications (application_id, sid, session_id, used_at)
select application_id, session_id, session_id, min(created_at) from token_families
where session_id is not null group by application_id, session_id;

-- Set for what is sent to the logout address of an application: then webhook_id names no webhook but repeats it.
alter table webhook_deliveries add column application_id text;
