-- What is deleted because its time is over is found by an index, and so is what hangs on it: without, each deleted
-- row had the whole of another table looked through.
create index authorization_codes_by_family on authorization_codes (family_id);
create index outbox_by_sign_in on outbox (sign_in_id);
create index outbox_by_end on outbox (not_after);
create index refresh_tokens_by_expiry on refresh_tokens (expires_at);
create index revoked_tokens_by_expiry on revoked_tokens (expires_at);
create index pushed_requests_by_expiry on pushed_requests (expires_at);
create index rate_limits_by_end on rate_limits (unused_again);
create index webhook_deliveries_to_wipe on webhook_deliveries (created_at) where payload is not null;

-- What a start and each look at the keys ask of all applications.
create index applications_declared on applications (client_id) where origin = 'declared';
create index applications_by_signing on applications (signing_algorithm, token_ttl) where deleted_at is null;
