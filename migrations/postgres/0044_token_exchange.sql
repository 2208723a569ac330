-- The APIs that an application may exchange tokens for (RFC 8693). A column without a value is the default: none.
alter table applications add column may_exchange_for text;
