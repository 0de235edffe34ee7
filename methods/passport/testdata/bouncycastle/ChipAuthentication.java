import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Security;
import java.util.Arrays;
import java.util.List;
import java.util.StringJoiner;
import javax.crypto.Cipher;
import javax.crypto.KeyAgreement;
import javax.crypto.Mac;
import javax.crypto.interfaces.DHPrivateKey;
import javax.crypto.interfaces.DHPublicKey;
import javax.crypto.spec.DHParameterSpec;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERSet;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.crypto.Digest;
import org.bouncycastle.crypto.agreement.DHStandardGroups;
import org.bouncycastle.crypto.digests.SHA1Digest;
import org.bouncycastle.crypto.digests.SHA256Digest;
import org.bouncycastle.crypto.generators.KDF2BytesGenerator;
import org.bouncycastle.crypto.params.DESParameters;
import org.bouncycastle.crypto.params.KDFParameters;
import org.bouncycastle.jce.interfaces.ECPrivateKey;
import org.bouncycastle.jce.interfaces.ECPublicKey;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.util.BigIntegers;
import org.bouncycastle.util.encoders.Hex;

/** Makes exchanges of chip authentication (ICAO 9303-11 6.2), as the chip computes them. See README.md. */
public class ChipAuthentication {
    static final byte[] OK = {(byte) 0x90, 0x00};
    static final String PROTOCOL = "0.4.0.127.0.7.2.2.3.";

    /** An exchange: the kind of both keys, the cipher of the session keys, and the identifier of the key, if any. */
    record Kind(String key, int cipher, Integer id) {}

    public static void main(String[] arguments) throws Exception {
        Security.addProvider(new BouncyCastleProvider());
        StringBuilder text = new StringBuilder(
            "# By ChipAuthentication.java: name, EF.DG14, private key of the verifier, commands, answers of a chip.\n");
        for (Kind kind : List.of(
            new Kind("secp256r1", 1, null), new Kind("secp256r1", 2, 7), new Kind("secp384r1", 3, 0),
            new Kind("secp521r1", 4, null), new Kind("brainpoolP256r1", 1, 3), new Kind("brainpoolP256r1", 2, null),
            new Kind("explicit brainpoolP320r1", 3, null), new Kind("brainpoolP384r1", 4, 1),
            new Kind("brainpoolP512r1", 4, null), new Kind("DH", 1, null), new Kind("DH", 2, 2),
            new Kind("DH", 4, null))) {
            text.append(new ChipAuthentication(kind).exchange());
        }
        Path folder = Path.of(arguments.length > 0 ? arguments[0] : ".");
        Make.put(folder.resolve("chip-authentication.txt"), text.toString().getBytes(StandardCharsets.US_ASCII));
    }

    final Kind kind;
    final KeyPair chip, verifier;
    final byte[] encryption, mac;

    ChipAuthentication(Kind kind) throws Exception {
        this.kind = kind;
        chip = keys(kind.key);
        verifier = keys(kind.key);
        KeyAgreement agreement = KeyAgreement.getInstance(kind.key.equals("DH") ? "DH" : "ECDH", "BC");
        agreement.init(chip.getPrivate());
        agreement.doPhase(verifier.getPublic(), true);

        // KDF2 of ISO/IEC 18033-2 counts as ICAO 9303-11 9.7.1 does: the block of 1 encrypts, that of 2 authenticates.
        Digest digest = kind.cipher < 3 ? new SHA1Digest() : new SHA256Digest();
        KDF2BytesGenerator derives = new KDF2BytesGenerator(digest);
        derives.init(new KDFParameters(agreement.generateSecret(), null));
        byte[] keys = new byte[2 * digest.getDigestSize()];
        derives.generateBytes(keys, 0, keys.length);
        int size = List.of(16, 16, 24, 32).get(kind.cipher - 1);
        encryption = Arrays.copyOf(keys, size);
        mac = Arrays.copyOfRange(keys, digest.getDigestSize(), digest.getDigestSize() + size);
        if (kind.cipher == 1) {
            DESParameters.setOddParity(encryption);
            DESParameters.setOddParity(mac);
        }
    }

    static KeyPair keys(String kind) throws Exception {
        if (!kind.equals("DH")) {
            return Make.keys(kind);
        }
        KeyPairGenerator generator = KeyPairGenerator.getInstance("DH", "BC");
        var group = DHStandardGroups.rfc3526_2048;
        generator.initialize(new DHParameterSpec(group.getP(), group.getG()));
        return generator.generateKeyPair();
    }

    /** Returns the line of the exchange. */
    String exchange() throws Exception {
        StringJoiner commands = new StringJoiner(","), answers = new StringJoiner(",");
        byte[] reference = kind.id == null ? new byte[0] : Make.tlv(0x84, new byte[] {kind.id.byteValue()});
        if (kind.cipher == 1) {
            commands.add(command(0x002241a6, concat(Make.tlv(0x91, publicKey()), reference), false));
            answers.add(Hex.toHexString(OK));
        } else {
            byte[] name = new ASN1ObjectIdentifier(protocol()).getEncoded();
            name[0] = (byte) 0x80;
            commands.add(command(0x002241a4, concat(name, reference), false));
            answers.add(Hex.toHexString(OK));
            commands.add(command(0x00860000, Make.tlv(0x7c, Make.tlv(0x80, publicKey())), true));
            answers.add(Hex.toHexString(concat(new byte[] {0x7c, 0}, OK)));
        }
        commands.add(Hex.toHexString(select()));
        answers.add(Hex.toHexString(selected()));
        return String.join(" ", name(), Hex.toHexString(group14()), Hex.toHexString(privateKey()), commands.toString(),
            answers.toString()) + "\n";
    }

    String name() {
        return kind.key.replace(' ', '-') + "/" + List.of("3DES", "AES-128", "AES-192", "AES-256").get(kind.cipher - 1);
    }

    String protocol() {
        return PROTOCOL + (kind.key.equals("DH") ? 1 : 2) + "." + kind.cipher;
    }

    byte[] group14() throws Exception {
        ASN1ObjectIdentifier type =
            new ASN1ObjectIdentifier("0.4.0.127.0.7.2.2.1." + (kind.key.equals("DH") ? 1 : 2));
        ASN1ObjectIdentifier protocol = new ASN1ObjectIdentifier(protocol());
        SubjectPublicKeyInfo key = SubjectPublicKeyInfo.getInstance(chip.getPublic().getEncoded());
        ASN1Integer one = new ASN1Integer(1);
        ASN1Encodable keyInfo = Make.sequence(type, key), info = Make.sequence(protocol, one);
        if (kind.id != null) {
            keyInfo = Make.sequence(type, key, new ASN1Integer(kind.id));
            info = Make.sequence(protocol, one, new ASN1Integer(kind.id));
        }
        return Make.tlv(0x6e, new DERSet(new ASN1Encodable[] {keyInfo, info}).getEncoded());
    }

    byte[] publicKey() {
        if (verifier.getPublic() instanceof DHPublicKey key) {
            return BigIntegers.asUnsignedByteArray((key.getParams().getP().bitLength() + 7) / 8, key.getY());
        }
        return ((ECPublicKey) verifier.getPublic()).getQ().getEncoded(false);
    }

    byte[] privateKey() {
        if (verifier.getPrivate() instanceof DHPrivateKey key) {
            return BigIntegers.asUnsignedByteArray(key.getX());
        }
        ECPrivateKey key = (ECPrivateKey) verifier.getPrivate();
        return BigIntegers.asUnsignedByteArray((key.getParameters().getN().bitLength() + 7) / 8, key.getD());
    }

    /** Returns a command without protection, in extended length where it needs that. */
    static String command(int header, byte[] data, boolean answered) {
        boolean extended = data.length > 0xff;
        ByteBuffer out = ByteBuffer.allocate(data.length + 9).putInt(header);
        out = extended ? out.put((byte) 0).putShort((short) data.length) : out.put((byte) data.length);
        out.put(data);
        if (answered) {
            out.put(new byte[extended ? 2 : 1]);
        }
        return Hex.toHexString(out.array(), 0, out.position());
    }

    /** Returns SELECT of EF.DG14 under the session keys, the first command after the agreement. */
    byte[] select() throws GeneralSecurityException {
        byte[] header = {0x0c, (byte) 0xa4, 0x02, 0x0c}, counter = counter(1);
        byte[] cryptogram = Make.tlv(0x87, concat(new byte[] {1}, encrypted(counter, new byte[] {0x01, 0x0e})));
        byte[] covered = concat(counter, padded(header), cryptogram);
        byte[] data = concat(cryptogram, Make.tlv(0x8e, authenticated(covered)));
        return concat(header, new byte[] {(byte) data.length}, data, new byte[1]);
    }

    /** Returns the answer of the chip to SELECT. */
    byte[] selected() throws GeneralSecurityException {
        byte[] status = Make.tlv(0x99, OK);
        return concat(status, Make.tlv(0x8e, authenticated(concat(counter(2), status))), OK);
    }

    int block() {
        return kind.cipher == 1 ? 8 : 16;
    }

    byte[] counter(int value) {
        return BigIntegers.asUnsignedByteArray(block(), BigInteger.valueOf(value));
    }

    byte[] padded(byte[] message) {
        byte[] out = Arrays.copyOf(message, (message.length / block() + 1) * block());
        out[message.length] = (byte) 0x80;
        return out;
    }

    byte[] encrypted(byte[] counter, byte[] data) throws GeneralSecurityException {
        byte[] iv = new byte[block()];
        if (kind.cipher > 1) {
            Cipher once = Cipher.getInstance("AES/ECB/NoPadding", "BC");
            once.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(encryption, "AES"));
            iv = once.doFinal(counter);
        }
        String algorithm = kind.cipher == 1 ? "DESede" : "AES";
        byte[] key = kind.cipher == 1 ? concat(encryption, Arrays.copyOf(encryption, 8)) : encryption;
        Cipher cipher = Cipher.getInstance(algorithm + "/CBC/ISO7816-4Padding", "BC");
        cipher.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(key, algorithm), new IvParameterSpec(iv));
        return cipher.doFinal(data);
    }

    /** Returns the eight octets of the MAC; for 3DES the algorithm pads, for AES the message is padded before. */
    byte[] authenticated(byte[] message) throws GeneralSecurityException {
        if (kind.cipher == 1) {
            Mac retail = Mac.getInstance("ISO9797ALG3WITHISO7816-4PADDING", "BC");
            retail.init(new SecretKeySpec(mac, "DESede"));
            return retail.doFinal(message);
        }
        Mac cmac = Mac.getInstance("AESCMAC", "BC");
        cmac.init(new SecretKeySpec(mac, "AES"));
        return Arrays.copyOf(cmac.doFinal(padded(message)), 8);
    }

    static byte[] concat(byte[]... parts) {
        return org.bouncycastle.util.Arrays.concatenate(parts);
    }
}
