-- By which the deliveries of one receiver are listed, the newest first.
create index webhook_deliveries_by_receiver on webhook_deliveries (webhook_id, created_at, message_id);

-- By which the last sign-in at an issuer is known.
create index upstream_identities_by_use on upstream_identities (issuer, last_used_at);

-- What refers to an application that is purged or erased is found by an index, and so is that there is nothing.
create index token_families_by_application on token_families (application_id);
create index authorization_codes_by_application on authorization_codes (application_id);
create index consents_by_application on consents (application_id);

-- What is under way for a person who signs out everywhere, or whose account ends.
create index authorization_codes_by_user on authorization_codes (user_id);
create index sign_ins_by_user on sign_ins (user_id);
create index sign_ins_by_email on sign_ins (email_key);
