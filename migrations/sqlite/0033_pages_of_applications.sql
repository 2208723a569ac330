-- Where people begin who come to an application from here.
alter table applications add column initiate_login_uri text;
