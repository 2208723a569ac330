-- The management API: lists that stay quick however long they are, and creations that can be sent twice.

create index applications_by_name on applications (name, client_id);

-- Ids sort by time, so an index that ends with one gives a list in its order.
drop index audit_events_by_subject;
create index audit_events_by_subject on audit_events (subject, id);
create index audit_events_by_event on audit_events (event, id);
create index audit_events_by_actor on audit_events (actor, id);
-- Both can be busy, and have little in common.
create index audit_events_by_actor_and_event on audit_events (actor, event, id);

-- What a request with an idempotency key was answered. The answer may hold a secret, so it is sealed.
create table idempotency_keys (
    -- SHA-256 of who asks and of the key.
    key_hash      bytea primary key,
    -- SHA-256 of the request.
    fingerprint   bytea not null,
    -- None while the request is being carried out.
    answer        bytea,
    master_key_id text,
    created_at    bigint not null,
    expires_at    bigint not null
);
create index idempotency_keys_by_expiry on idempotency_keys (expires_at);
