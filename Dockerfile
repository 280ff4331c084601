# One image for every service of ours in docker-compose.yml: the locked packages, without the tools for tests.
FROM python:3.11-slim

# libgomp: for the arithmetic of spaCy's models.
RUN apt-get update \
    && apt-get install --yes --no-install-recommends libgomp1 \
    && rm -rf /var/lib/apt/lists/*

WORKDIR /srv/tocsin

# First and alone, so that a change of the code does not install everything again.
COPY requirements.lock ./
RUN pip install --no-cache-dir --no-deps --require-hashes --requirement requirements.lock

COPY pyproject.toml ./
COPY pipeline ./pipeline
COPY dags ./dags
COPY sql ./sql
COPY seeds ./seeds
COPY model/news_sm ./model/news_sm
COPY model/reader ./model/reader

# `docker compose exec worker tocsin status`
RUN printf '#!/bin/sh\nexec python -m pipeline "$@"\n' > /usr/local/bin/tocsin && chmod +x /usr/local/bin/tocsin

# Volumes that are empty take over the owner of the folder they are mounted on.
RUN useradd --uid 10001 --user-group --no-create-home --home-dir /srv/tocsin/var tocsin \
    && mkdir -p /srv/tocsin/var/airflow /srv/tocsin/var/logs /run/secrets \
    && chown -R tocsin:tocsin /srv/tocsin/var /run/secrets \
    # However strict the umask of whoever made the checkout.
    && chmod -R a+rX /srv/tocsin

# By the last one the command knows that Airflow's processes are other containers.
ENV PYTHONPATH=/srv/tocsin \
    PYTHONUNBUFFERED=1 \
    HOME=/srv/tocsin/var \
    AIRFLOW_HOME=/srv/tocsin/var/airflow \
    IN_TOCSIN_IMAGE=1

USER tocsin
CMD ["airflow", "version"]
