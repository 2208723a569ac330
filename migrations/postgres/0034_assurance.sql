-- How surely people have to sign in, and how surely they did.

-- A setting of applications; without it people sign in as they like.
alter table applications add column require text;

-- The classes that a request would like, and the one that its tokens tell; without it that of the sign-in.
alter table authorizations add column acr_values text;
alter table authorization_codes add column acr text;
alter table token_families add column acr text;
