#!/bin/sh
# Dumps the database $PGDATABASE into /backups every $BACKUP_EVERY seconds (a day), checks that the dump can be read,
# deletes dumps that are older than $BACKUP_DAYS (14), and leaves the time of the last dump for Prometheus. After a
# failure it tries again in five minutes. `backup.sh once` makes one dump.
set -eu

folder="${BACKUP_FOLDER:-/backups}"
metrics="${BACKUP_METRICS:-/metrics}"

dump() {
  name="$folder/$PGDATABASE-$(date -u +%Y%m%dT%H%M%SZ).dump"
  pg_dump --format=custom --no-owner --file="$name.part" || return 1
  pg_restore --list "$name.part" >/dev/null || return 1
  mv "$name.part" "$name"
  find "$folder" -name "$PGDATABASE-*.dump*" -mtime "+${BACKUP_DAYS:-14}" -delete
  report "$name" || return 1
  echo "backup: $name has $(stat -c %s "$name") bytes"
}

# report writes the metrics to another file first, so that Prometheus never reads half of them.
report() {
  {
    echo "# HELP stile_backup_last_success_timestamp_seconds Time of the last backup of the database."
    echo "# TYPE stile_backup_last_success_timestamp_seconds gauge"
    echo "stile_backup_last_success_timestamp_seconds $(date +%s)"
    echo "# HELP stile_backup_size_bytes Size of the last backup of the database."
    echo "# TYPE stile_backup_size_bytes gauge"
    echo "stile_backup_size_bytes $(stat -c %s "$1")"
  } >"$metrics/stile_backup.prom.part" && mv "$metrics/stile_backup.prom.part" "$metrics/stile_backup.prom"
}

if [ "${1:-}" = once ]; then
  dump
  exit
fi
while :; do
  if dump; then
    sleep "${BACKUP_EVERY:-86400}"
  else
    echo "backup: the dump failed, so the last one grows old; the next try is in five minutes" >&2
    sleep 300
  fi
done
