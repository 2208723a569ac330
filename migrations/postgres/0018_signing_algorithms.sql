-- What tokens of applications may be signed with, and since when: verifiers must have had the time to learn the keys.
create table signing_algorithms (
    algorithm  text   primary key,
    usable_at  bigint not null,
    -- Since when neither the configuration nor an application names it.
    dropped_at bigint
);
insert into signing_algorithms (algorithm, usable_at)
    select algorithm, min(created_at) from signing_keys group by algorithm;
