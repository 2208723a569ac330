-- The keys that codes and refresh tokens are bound to (RFC 9449): thumbprints of public keys.
alter table authorizations add column dpop_jkt text;
alter table refresh_tokens add column dpop_jkt text;

-- Proofs that were used, for as long as they could be used again.
create table dpop_proofs (
    proof_hash blob   not null primary key,
    expires_at bigint not null
);

create index dpop_proofs_by_expiry on dpop_proofs (expires_at);
