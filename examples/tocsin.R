# Tocsin in R: TOCSIN=$(.venv/bin/tocsin psql --url) Rscript examples/tocsin.R
# Needs DBI and RPostgres (Debian: r-cran-dbi, r-cran-rpostgres).
library(DBI)

connection <- dbConnect(RPostgres::Postgres(), dbname = Sys.getenv("TOCSIN"))

# A dyad by month, from a rollup.
dyad <- dbGetQuery(
  connection,
  "SELECT month, quad_class, actual_count FROM analysis.dyad_months
   WHERE actor_country = $1 AND recipient_country = $2 ORDER BY month",
  params = list("RUS", "UKR")
)
print(xtabs(actual_count ~ format(month) + quad_class, transform(dyad, actual_count = as.numeric(actual_count))))

# Days without events are there too: the calendar has every day.
days <- dbGetQuery(
  connection,
  "SELECT day, coalesce(sum(exact_count), 0)::float8 AS events FROM analysis.calendar
   LEFT JOIN analysis.country_days ON event_date = day AND place_country = $1
   WHERE day > current_date - 365 GROUP BY day ORDER BY day",
  params = list("SYR")
)
cat(nrow(days), "days,", sum(days$events), "events\n")

dbDisconnect(connection)
