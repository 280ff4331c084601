#!/usr/bin/env bash
# Build and start the real Dockerfile and docker-compose.yml, run the DAG `news` in them on the seed article, scale to
# three workers, keep house, go down and up again on the same volumes, and say at each step what was found.
#
#   tests/containers/try.sh
#
# The first step that does not hold ends it with exit 1 and what the services said last. Containers and volumes bear
# the name of a project of their own and are removed at the end, unless KEEP=1. DOCKER and COMPOSE name the programs,
# TOCSIN_AIRFLOW_PORT and POSTGRES_PORT the ports on 127.0.0.1; PATIENCE=3 waits three times as long on a busy machine.
set -euo pipefail
cd "$(dirname "$0")/../.."
docker="${DOCKER:-docker}"
compose="${COMPOSE:-$docker compose}"
export COMPOSE_PROJECT_NAME=tocsin-try
export TOCSIN_FEEDS_PATH=/srv/try/feeds.csv TOCSIN_ALLOW_PRIVATE_ADDRESSES=seed:8079
lasting="api-server dag-processor housekeeper postgres redis scheduler triggerer worker"

of_project() { $compose -f docker-compose.yml -f tests/containers/seed.yml "$@"; }
say() { echo "$(date -u +%H:%M:%S) $*"; }
rows() { # rows DATABASE STATEMENT: what Postgres answers, without a header
    of_project exec -T postgres sh -c \
        'PGPASSWORD="$(cat /run/secrets/postgres_password)" psql -h 127.0.0.1 -U tocsin -At -d "$0" -c "$1"' "$1" "$2"
}
in_worker() { of_project exec -T worker "$@"; }

clean_up() {
    local code=$?
    if [ "$code" -ne 0 ]; then
        say "failed; the services said last:"
        of_project ps || true
        of_project logs --no-color --tail 15 || true
    fi
    [ -n "${KEEP:-}" ] || of_project down --volumes --timeout 30 >/dev/null 2>&1 || true
}
trap clean_up EXIT

unhealthy() { # one line for each lasting container that is not healthy
    local service id
    for service in $lasting; do
        for id in $(of_project ps -q "$service"); do
            [ "$($docker inspect --format '{{.State.Health.Status}}' "$id")" = healthy ] || echo "$service"
        done
        [ -n "$(of_project ps -q "$service")" ] || echo "$service (not there)"
    done
}
await() { # await SECONDS WHAT COMMAND...: until the command succeeds
    local began=$SECONDS patience=$(($1 * ${PATIENCE:-1})) what=$2
    shift 2
    until "$@"; do
        if [ $((SECONDS - began)) -gt "$patience" ]; then
            say "not within $patience s: $what"
            return 1
        fi
        sleep 2
    done
    say "$what: after $((SECONDS - began)) s"
}
all_healthy() { [ -z "$(unhealthy)" ]; }
at_least() { # at_least NUMBER DATABASE STATEMENT: the one number that the statement gives
    [ "$(rows "$2" "$3" 2>/dev/null || echo 0)" -ge "$1" ]
}
none() { [ "$(rows "$1" "$2")" = 0 ]; }

NEWS_RUNS="SELECT count(*) FROM dag_run WHERE dag_id = 'news' AND state = 'success'"
EVENTS="SELECT count(*) FROM tocsin.events"
TOLD="SELECT md5(string_agg(event_key, ' ' ORDER BY event_key)) FROM tocsin.events"
OLD_ROWS="SELECT count(*) FROM log WHERE dttm < now() - interval '14 days'"
OLD_RUNS="SELECT count(*) FROM dag_run WHERE start_date < now() - interval '14 days'"
WORKERS="SELECT count(DISTINCT hostname) FROM task_instance WHERE dag_id = 'news' AND state = 'success'"

say "build"
of_project build worker | grep -E 'build context|^Successfully' || true
say "image: $($docker image inspect --format '{{.Size}}' tocsin:local | awk '{printf "%.2f GB", $1 / 1e9}')"
if $docker run --rm tocsin:local python -c 'import pytest' 2>/dev/null; then
    say "the image holds tools for tests"
    exit 1
fi
say "no tools for tests in the image; $($docker run --rm tocsin:local tocsin --version)"

say "start"
of_project up --detach --no-build 2>&1 | grep -v -E 'Creating|done$' || true
await 300 "all services are healthy" all_healthy
await 180 "a run of the DAG news succeeded" at_least 1 airflow "$NEWS_RUNS"
await 120 "the seed article's events are stored" at_least 3 tocsin "$EVENTS"
await 120 "an alert was sent" at_least 1 tocsin "SELECT count(*) FROM tocsin.notifications WHERE sent_at IS NOT NULL"
in_worker tocsin report | sed -n '/^Events/,/^Alerts/p'
in_worker tocsin status
say "memory: $($docker stats --no-stream --format '{{.Name}} {{.MemUsage}}' | sed -E 's/^.*try.([a-z-]+).[0-9]+ ([^ ]+).*/\1 \2/' | paste -sd ' ')"

say "three workers, and forty articles more"
SEED_COPIES=40 of_project up --detach --no-build --scale worker=3 2>&1 | grep -v -E 'Creating|Recreating|done$|up-to-date' || true
await 300 "all services are healthy" all_healthy
await 600 "tasks of news ran on three workers" at_least 3 airflow "$WORKERS"
await 300 "all articles are coded" at_least 41 tocsin "SELECT count(*) FROM tocsin.articles WHERE extracted_at IS NOT NULL"
rows airflow "SELECT hostname, task_id, count(*) FROM task_instance WHERE dag_id = 'news' AND hostname <> '' GROUP BY 1, 2 ORDER BY 1, 2"

say "housekeeping: what is made a month old goes, the rest stays"
rows airflow "INSERT INTO log (dttm, event) SELECT now() - interval '30 days', 'old' FROM generate_series(1, 1000)" >/dev/null
rows airflow "UPDATE dag_run SET start_date = start_date - interval '30 days'
    WHERE id = (SELECT min(id) FROM dag_run WHERE dag_id = 'news')" >/dev/null
in_worker sh -c 'mkdir -p var/logs/tasks/dag_id=old && touch -d "30 days ago" var/logs/tasks/dag_id=old/attempt=1.log'
runs="$(rows airflow "$NEWS_RUNS")"
# As if the last cleaning were two days ago.
in_worker touch -d "2 days ago" var/airflow/cleaned
await 180 "old rows are gone" none airflow "$OLD_ROWS"
await 60 "old runs are gone" none airflow "$OLD_RUNS"
await 60 "old log files are gone" in_worker sh -c '! ls var/logs/tasks/dag_id=old/attempt=1.log 2>/dev/null'
[ "$(rows airflow "$NEWS_RUNS")" -ge $((runs - 1)) ]
[ -n "$(in_worker sh -c 'ls -d var/logs/tasks/dag_id=news/*')" ]

say "down and up on the same volumes"
told="$(rows tocsin "$TOLD")"
of_project down --timeout 60 2>&1 | grep -v -E 'Stopping|Removing|done$' || true
of_project up --detach --no-build 2>&1 | grep -v -E 'Creating|done$' || true
await 300 "all services are healthy" all_healthy
[ "$(rows tocsin "$TOLD")" = "$told" ]
say "the events are the same: $(rows tocsin "$EVENTS"), $told"
runs="$(rows airflow "$NEWS_RUNS")"
await 180 "the DAG news runs on" at_least $((runs + 1)) airflow "$NEWS_RUNS"
say "all steps hold"
