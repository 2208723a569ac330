-- By which the pushed requests of one application are counted.
create index pushed_requests_by_application on pushed_requests (application_id, expires_at);
