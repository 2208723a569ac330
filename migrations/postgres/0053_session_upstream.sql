-- Which upstream a session came by, so that people and operators are told how it was signed in. Those of before have none.
alter table sessions add column upstream text;
