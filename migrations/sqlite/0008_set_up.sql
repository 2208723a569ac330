-- The way in for the first operator: a link that a server without one prints when it starts.
create table set_up_links (
    token_hash blob   primary key,
    created_at bigint not null,
    expires_at bigint not null,
    spent_at   bigint
);

create index authorization_codes_by_authorization on authorization_codes (authorization_id);
