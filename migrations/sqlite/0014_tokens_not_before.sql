-- Tokens that were issued earlier do not count at this server any more, though their signature stays good.
alter table applications add column tokens_not_before bigint;
