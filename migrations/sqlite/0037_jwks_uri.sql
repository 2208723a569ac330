-- Where an application publishes its public keys, instead of registering them here.
alter table applications add column jwks_uri text;
