"""The door to the database: the only home of psycopg2 and of SQL's execution."""
