#!/usr/bin/env bash
# Prints test vectors of every named curve, made by OpenSSL 3: two lines a curve with
#
#   name, digest, private key, public key, public key of a peer, agreed secret, signature over the name
#
#   methods/passport/emrtd/testdata/curves/make.sh >methods/passport/emrtd/testdata/curves/openssl.txt
#
# The output is committed, so tests need no OpenSSL.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/../.."
work="$(mktemp -d)"
trap 'rm -r "$work"' EXIT

# part KEY NAME prints the part of a key that OpenSSL's text has under a name, in hexadecimal.
part() {
  openssl pkey -in "$work/$1" -text -noout | sed -n "/^$2:/,/^[^ ]/{/^ /p}" | tr -d ' :\n'
}

echo "# Made by make.sh with $(openssl version | cut -d ' ' -f 1,2)."
grep -v '^#' curves.txt | while read -r name _; do
  curve="${name/secp192r1/prime192v1}"
  curve="${curve/secp256r1/prime256v1}"
  for digest in sha256 sha512; do
    for key in mine theirs; do
      openssl genpkey -algorithm EC -pkeyopt "ec_paramgen_curve:$curve" -out "$work/$key"
    done
    openssl pkey -in "$work/theirs" -pubout -out "$work/theirs.pub"
    printf %s "$name" >"$work/message"
    secret="$(openssl pkeyutl -derive -inkey "$work/mine" -peerkey "$work/theirs.pub" | xxd -p -c 999)"
    signature="$(openssl dgst "-$digest" -sign "$work/mine" "$work/message" | xxd -p -c 999)"
    echo "$name $digest $(part mine priv) $(part mine pub) $(part theirs pub) $secret $signature"
  done
done
