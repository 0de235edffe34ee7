#!/bin/sh
# Brings the schemas of Temporal's two databases up to date. Repeating it changes nothing.
set -eu

for name in temporal visibility; do
    database=temporal
    [ "$name" = visibility ] && database=temporal_visibility
    tool="temporal-sql-tool --plugin postgres12_pgx --ep postgres --port 5432 --user temporal --db $database"
    # The password is in SQL_PASSWORD. Words are split on purpose.
    $tool setup-schema --version 0.0
    $tool update-schema --schema-name "postgresql/v12/$name"
done
