#!/bin/sh
# Runs once, on an empty data volume: an owner for each program, and its databases. stile migrates; stile_service runs the
# API and the workers, with the rights that `stile migrate --grant stile_service` gives it.
set -eu

psql --username "$POSTGRES_USER" --dbname postgres --set ON_ERROR_STOP=1 \
    --set stile="$STILE_DB_PASSWORD" --set service="$STILE_SERVICE_DB_PASSWORD" \
    --set temporal="$TEMPORAL_DB_PASSWORD" <<'SQL'
CREATE ROLE stile LOGIN PASSWORD :'stile';
CREATE DATABASE stile OWNER stile;
CREATE ROLE stile_service LOGIN PASSWORD :'service';
CREATE ROLE temporal LOGIN PASSWORD :'temporal';
CREATE DATABASE temporal OWNER temporal;
CREATE DATABASE temporal_visibility OWNER temporal;
SQL
