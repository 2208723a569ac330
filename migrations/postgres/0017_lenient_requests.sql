-- Settings of an application; a column without a value is the default of its type.
alter table applications add column scope_policy text;
alter table applications add column assertion_audience text;
