#!/usr/bin/env bash
# Makes the chips and authorities of this folder anew. It needs a JDK from 17 on and Debian's libbcpkix-java.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
jars=/usr/share/java
java -cp "$jars/bcpkix.jar:$jars/bcprov.jar:$jars/bcutil.jar" Make.java .
