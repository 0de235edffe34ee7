#!/bin/sh
# Makes the namespace unless it is there. Closed runs can be read for a week. It ends with an error when Temporal has not
# answered thirty times, so that docker compose up does not wait for good.
set -eu

tries=0
until temporal operator cluster health; do
    tries=$((tries + 1))
    if [ "$tries" -ge 30 ]; then
        echo "namespace.sh: Temporal does not answer at $TEMPORAL_ADDRESS" >&2
        exit 1
    fi
    sleep 1
done
temporal operator namespace describe --namespace "$TEMPORAL_NAMESPACE" ||
    temporal operator namespace create --namespace "$TEMPORAL_NAMESPACE" --retention 168h
