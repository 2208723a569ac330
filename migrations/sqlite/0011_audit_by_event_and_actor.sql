-- One column for "what did this actor do of this kind": with two, SQLite takes the index by actor alone and reads
-- all that the actor ever did.
drop index audit_events_by_actor_and_event;
create index audit_events_by_event_and_actor on audit_events ((event || ' ' || actor), id);
