-- A switch is merged by store's own statements: what it ended is known by its tellings, and stands again when they do.
DROP TABLE tocsin.recode_events;
