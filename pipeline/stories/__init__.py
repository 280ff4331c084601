"""Stories: texts in, copies and stories out. Pure; the only home of rensa. The SQL lies in sql/queries/stories.sql."""
