-- What the owner of an application sees of it. Kept for a while only, and gone with the application.

-- How many tokens were issued and how many requests failed, on each day (UTC) and for each grant.
create table application_days (
    application_id text   not null references applications (id) on delete cascade,
    -- The first moment of the day.
    day            bigint not null,
    -- The grant that tokens were issued for, or 'failed'.
    counted        text   not null,
    total          bigint not null,
    primary key (application_id, day, counted)
);
create index application_days_by_day on application_days (day);

-- The last requests that named an application. No secret, code, token or address of a person is here.
create table application_requests (
    id             text   primary key,
    application_id text   not null references applications (id) on delete cascade,
    at             bigint not null,
    endpoint       text   not null,
    grant_type     text,
    -- How often the same happened since the row before was written.
    times          bigint not null,
    -- Of a request that failed: the error's name and the sentence that the caller got.
    error          text,
    reason         text,
    -- What was sent against what is registered, where that is why.
    field          text,
    sent           text,
    registered     text,
    differs_at     bigint,
    trace_id       text   not null,
    -- The network it came from, not the machine.
    address        text   not null
);
create index application_requests_by_application on application_requests (application_id, at);
create index application_requests_by_time on application_requests (at);

-- The newest sign-ins of an application.
create index authorizations_by_application on authorizations (application_id, id);
