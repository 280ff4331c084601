-- How large each table is now; the partitions of events as one.
CREATE VIEW tocsin.table_sizes_now AS
SELECT CASE WHEN relation.relispartition THEN parent.relname ELSE relation.relname END::text AS table_name,
       sum(pg_total_relation_size(relation.oid))::bigint AS total_bytes,
       sum(greatest(relation.reltuples, 0))::bigint AS row_count
FROM pg_class AS relation
LEFT JOIN pg_inherits ON inhrelid = relation.oid
LEFT JOIN pg_class AS parent ON parent.oid = inhparent
WHERE relation.relnamespace = 'tocsin'::regnamespace AND relation.relkind = 'r'
GROUP BY 1;
COMMENT ON VIEW tocsin.table_sizes_now IS 'How large each table is now, with its indices; the partitions of events as one.';
