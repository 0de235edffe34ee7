#!/bin/sh
# Brings the schemas of Temporal's two databases up to date, and drops the indexes of visibility that serve nothing, unless
# TEMPORAL_VISIBILITY_INDEXES is "all". Repeating it changes nothing.
set -eu

for name in temporal visibility; do
    database=temporal
    [ "$name" = visibility ] && database=temporal_visibility
    tool="temporal-sql-tool --plugin postgres12_pgx --ep postgres --port 5432 --user temporal --db $database"
    # The password is in SQL_PASSWORD. Words are split on purpose.
    $tool setup-schema --version 0.0
    $tool update-schema --schema-name "postgresql/v12/$name"
done

case "${TEMPORAL_VISIBILITY_INDEXES:-used}" in
all) ;;
used)
    # They cost time and space alone, so Temporal starts with them too.
    $tool setup-schema --disable-versioning --schema-file /visibility.sql ||
        echo "schema: the indexes of visibility stay until the next start" >&2
    ;;
*)
    echo "schema: TEMPORAL_VISIBILITY_INDEXES must be used or all" >&2
    exit 1
    ;;
esac
