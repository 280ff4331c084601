-- name: view_columns
-- Columns of a view of schema analysis with their types, as they stand; nothing when there is no such view.
SELECT attribute.attname AS name, format_type(attribute.atttypid, NULL) AS kind
FROM pg_class AS view
JOIN pg_attribute AS attribute ON attribute.attrelid = view.oid AND attribute.attnum > 0
WHERE view.relnamespace = 'analysis'::regnamespace AND view.relkind = 'v' AND view.relname = %(view)s
ORDER BY attribute.attnum;

-- name: view_names
-- Names of all views of schema analysis.
SELECT relname AS name FROM pg_class WHERE relnamespace = 'analysis'::regnamespace AND relkind = 'v' ORDER BY relname;

-- name: describe_views
-- Each column of each view of schema analysis with its type and what is said of view and column, as they stand.
SELECT view.relname AS view, obj_description(view.oid, 'pg_class') AS view_comment,
       attribute.attname AS name, format_type(attribute.atttypid, NULL) AS kind,
       col_description(view.oid, attribute.attnum) AS comment
FROM pg_class AS view
JOIN pg_attribute AS attribute ON attribute.attrelid = view.oid AND attribute.attnum > 0
WHERE view.relnamespace = 'analysis'::regnamespace AND view.relkind = 'v'
ORDER BY view.relname, attribute.attnum;
