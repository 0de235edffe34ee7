#!/usr/bin/env bash
# Makes the chips and authorities of this folder anew, and with an argument only those of one program:
#
#   make.sh [Make | ChipAuthentication]
#
# It needs a JDK from 17 on and Debian's libbcpkix-java.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
jars=/usr/share/java
path="$jars/bcpkix.jar:$jars/bcprov.jar:$jars/bcutil.jar"
work="$(mktemp -d)"
trap 'rm -r "$work"' EXIT
javac -cp "$path" -d "$work" ./*.java
for program in ${1:-Make ChipAuthentication}; do
  java -cp "$path:$work" "$program" .
done
