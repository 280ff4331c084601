"""Store: accepted candidates in, events and mentions out. Pure; the SQL lies in sql/queries/store.sql."""
