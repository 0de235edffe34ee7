#!/usr/bin/env bash
# Makes the chip and the authority of this folder with OpenSSL 3: a CSCA on brainpoolP384r1 with an extra key that a link
# certificate names, a document signer on brainpoolP256r1 with explicit parameters, EF.SOD in BER with indefinite
# lengths, and a revocation list. Run it in a folder of its own; it writes chip/ and csca/. The files are committed, so
# tests need no OpenSSL.
set -euo pipefail
mkdir -p chip csca work
cd work
key() { openssl ecparam -name "$1" -param_enc "$2" -genkey -noout | openssl pkcs8 -topk8 -nocrypt -out "$3"; }
key brainpoolP384r1 named_curve csca.key; key brainpoolP384r1 named_curve next.key; key brainpoolP256r1 explicit ds.key
key prime256v1 named_curve ../chip/active.key; key prime256v1 named_curve ../chip/chip.key
cat >ext.cnf <<'C'
[ca]
basicConstraints=critical,CA:TRUE,pathlen:0
keyUsage=critical,keyCertSign,cRLSign
subjectKeyIdentifier=hash
authorityKeyIdentifier=keyid
[ds]
keyUsage=critical,digitalSignature
subjectKeyIdentifier=hash
authorityKeyIdentifier=keyid
C
subject=/C=UT/O=OpenSSL/CN=CSCA
for name in csca next; do openssl req -new -key $name.key -subj $subject -out $name.csr; done
openssl x509 -req -in csca.csr -key csca.key -sha384 -days 5000 -extfile ext.cnf -extensions ca -out csca.pem
openssl x509 -req -in next.csr -CA csca.pem -CAkey csca.key -set_serial 2 -sha384 -days 4500 -extfile ext.cnf \
  -extensions ca -out link.pem
openssl req -new -key ds.key -subj /C=UT/O=OpenSSL/CN=DS -out ds.csr
openssl x509 -req -in ds.csr -CA link.pem -CAkey next.key -set_serial 3 -sha256 -days 4000 -extfile ext.cnf \
  -extensions ds -out ds.pem
tlv() { # tag, and contents as a file: BER-TLV
  python3 -c '
import sys
t, c = bytes.fromhex(sys.argv[1]), sys.stdin.buffer.read()
n = len(c)
l = bytes([n]) if n < 128 else bytes([0x81, n]) if n < 256 else bytes([0x82, n >> 8, n & 255])
sys.stdout.buffer.write(t + l + c)' "$1"
}
zone='P<UTOSPECIMEN<<UTOPIA<<<<<<<<<<<<<<<<<<<<<<<UT00000018UTO9001310F3604155<<<<<<<<<<<<<<<0'
printf %s "$zone" | tlv 5f1f | tlv 61 >../chip/dg1.bin
openssl pkey -in ../chip/active.key -pubout -outform DER | tlv 6f >../chip/dg15.bin
{
  { printf '\x06\x06\x67\x81\x08\x01\x01\x05\x02\x01\x01'; printf '\x06\x0a\x04\x00\x7f\x00\x07\x01\x01\x04\x01\x03'; } | tlv 30
  { printf '\x06\x09\x04\x00\x7f\x00\x07\x02\x02\x01\x02'; openssl pkey -in ../chip/chip.key -pubout -outform DER; } | tlv 30
  printf '\x06\x0a\x04\x00\x7f\x00\x07\x02\x02\x03\x02\x04\x02\x01\x01' | tlv 30
} | tlv 31 | tlv 6e >../chip/dg14.bin
digest() { { printf "\\x02\\x01\\x$(printf %02x "$1")"; openssl dgst -sha256 -binary ../chip/dg"$1".bin | tlv 04; } | tlv 30; }
{
  printf '\x02\x01\x00'
  printf '\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01\x05\x00'
  { digest 1; digest 14; digest 15; } | tlv 30
} | tlv 30 >object.der
openssl cms -sign -binary -nodetach -stream -indef -in object.der -signer ds.pem -inkey ds.key -md sha256 -nosmimecap \
  -econtent_type 2.23.136.1.1.1 -outform DER -out sod.ber
tlv 77 <sod.ber >../chip/sod.bin
: >index; echo 01 >number
printf '[ca]\ndefault_ca=d\n[d]\ndatabase=index\ncrlnumber=number\ndefault_md=sha384\ndefault_crl_days=3650\n' >ca.cnf
openssl ca -config ca.cnf -gencrl -keyfile next.key -cert link.pem -out ../csca/utopia.crl
cp csca.pem link.pem ../csca/
