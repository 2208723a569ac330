-- Where events are told to.
create table webhooks (
    id                text   primary key,
    -- None for one of the whole server.
    application_id    text   references applications (id) on delete cascade,
    url               text   not null,
    -- The events it is told; an empty list means all.
    events            text   not null,
    -- What signs its messages, encrypted under the master key.
    secrets           blob   not null,
    master_key_id     text   not null,
    created_at        bigint not null,
    failing_since     bigint,
    last_delivered_at bigint,
    disabled_at       bigint,
    disabled_reason   text
);
create index webhooks_by_application on webhooks (application_id);

-- One message to one webhook, written in the transaction of what it tells. Does not refer to its webhook: one that is
-- deleted at that moment must not make the event itself fail.
create table webhook_deliveries (
    webhook_id      text   not null,
    message_id      text   not null,
    event           text   not null,
    -- Wiped some days later.
    payload         text,
    created_at      bigint not null,
    attempts        bigint not null,
    -- None once it is over.
    next_attempt_at bigint,
    claimed_until   bigint,
    delivered_at    bigint,
    -- How the last try ended; its length in microseconds.
    tried_at        bigint,
    took            bigint,
    status          bigint,
    error           text,
    primary key (webhook_id, message_id)
);
create index webhook_deliveries_due on webhook_deliveries (next_attempt_at) where next_attempt_at is not null;
create index webhook_deliveries_claimed on webhook_deliveries (webhook_id) where claimed_until is not null;
create index webhook_deliveries_by_age on webhook_deliveries (created_at);
