-- Of a request that failed: whether the application had proven itself before, so that nobody else can have sent it.
alter table application_requests add column proven boolean not null default false;
