-- The identities of other issuers that are an application, as JSON. A column without a value is the default: none.
alter table applications add column federated text;
