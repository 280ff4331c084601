-- The newest events, the question asked most: partitions of a year hold too many to sort.
CREATE INDEX events_by_day ON tocsin.events (event_date);
