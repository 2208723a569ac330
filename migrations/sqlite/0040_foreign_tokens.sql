-- The tokens of other issuers that were used and could still be sent again, each as the SHA-256 of what no other has.
create table foreign_tokens (
    mark_hash  blob   not null primary key,
    expires_at bigint not null
);
create index foreign_tokens_by_expiry on foreign_tokens (expires_at);
