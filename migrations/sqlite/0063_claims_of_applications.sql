-- What attributes of people are called in the claims of one application, one a line: attribute=claim. A column without a
-- value is the default: as the attributes say.
alter table applications add column claims text;
