-- How much ID tokens say of a person. A column without a value is the default: all that their scopes allow.
alter table applications add column id_token_claims text;
