# Tocsin in R: TOCSIN=$(.venv/bin/tocsin psql --url) Rscript examples/tocsin.R
# Needs DBI and RPostgres, or RPostgreSQL (Debian: r-base-core, r-cran-dbi, r-cran-rpostgresql).
library(DBI)

address <- regmatches(
  Sys.getenv("TOCSIN"),
  regexec("^postgresql://([^:]+):([^@]+)@([^:/]+):?([0-9]*)/([^?]+)", Sys.getenv("TOCSIN"))
)[[1]]
driver <- if (requireNamespace("RPostgres", quietly = TRUE)) RPostgres::Postgres() else RPostgreSQL::PostgreSQL()
connection <- dbConnect(
  driver,
  user = address[2], password = utils::URLdecode(address[3]), host = address[4],
  port = if (nzchar(address[5])) as.integer(address[5]) else 5432L, dbname = address[6]
)
ask <- function(question, ...) {
  dbGetQuery(connection, sprintf(question, ...))
}
text <- function(value) dbQuoteString(connection, value)

# A dyad by month, from a rollup.
dyad <- ask(
  "SELECT month, quad_class, actual_count::float8 AS events FROM analysis.dyad_months
   WHERE actor_country = %s AND recipient_country = %s ORDER BY month",
  text("RUS"), text("UKR")
)
print(xtabs(events ~ format(month) + quad_class, dyad))

# Days without events are there too: the calendar has every day.
days <- ask(
  "SELECT day, coalesce(sum(exact_count), 0)::float8 AS events FROM analysis.calendar
   LEFT JOIN analysis.country_days ON event_date = day AND place_country = %s
   WHERE day > current_date - 365 GROUP BY day ORDER BY day",
  text("SYR")
)
cat(nrow(days), "days,", sum(days$events), "events\n")

invisible(dbDisconnect(connection))
