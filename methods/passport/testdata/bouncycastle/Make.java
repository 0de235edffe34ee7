import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.security.Security;
import java.security.Signature;
import java.security.interfaces.RSAPublicKey;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1EncodableVector;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.DERPrintableString;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.DERSet;
import org.bouncycastle.asn1.icao.DataGroupHash;
import org.bouncycastle.asn1.icao.ICAOObjectIdentifiers;
import org.bouncycastle.asn1.icao.LDSSecurityObject;
import org.bouncycastle.asn1.nist.NISTObjectIdentifiers;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.cert.X509CRLHolder;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.X509v2CRLBuilder;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cms.CMSProcessableByteArray;
import org.bouncycastle.cms.CMSSignedDataGenerator;
import org.bouncycastle.cms.CMSSignedDataStreamGenerator;
import org.bouncycastle.cms.SignerInfoGenerator;
import org.bouncycastle.cms.jcajce.JcaSignerInfoGeneratorBuilder;
import org.bouncycastle.crypto.Digest;
import org.bouncycastle.crypto.digests.SHA1Digest;
import org.bouncycastle.crypto.digests.SHA256Digest;
import org.bouncycastle.crypto.engines.RSAEngine;
import org.bouncycastle.crypto.signers.ISO9796d2Signer;
import org.bouncycastle.crypto.util.PrivateKeyFactory;
import org.bouncycastle.jce.ECNamedCurveTable;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.jce.spec.ECNamedCurveParameterSpec;
import org.bouncycastle.jce.spec.ECParameterSpec;
import org.bouncycastle.operator.ContentSigner;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.operator.jcajce.JcaDigestCalculatorProviderBuilder;
import org.bouncycastle.util.Arrays;

/** Makes authorities, document signers and chips of the fictional state Utopia. See README.md. */
public class Make {
    static final Date FROM = new Date(1790000000000L), TO = new Date(2100000000000L); // from 2026-09-21 to 2036-07-18
    static final String ZONE =
        "P<UTOSPECIMEN<<UTOPIA<<<<<<<<<<<<<<<<<<<<<<<UT00000018UTO9001310F3604155<<<<<<<<<<<<<<<0";
    static final byte[] CHALLENGE = "12345678".getBytes(StandardCharsets.US_ASCII);
    static final int SERIAL = 2;

    /** How a signed message is encoded. */
    enum Form { DER, BER, PIECES }

    /** A chip: the kind of all keys of its state, their signature algorithm, and the encoding of EF.SOD. */
    record Kind(String name, String key, String algorithm, Form form) {}

    public static void main(String[] arguments) throws Exception {
        Security.addProvider(new BouncyCastleProvider());
        Path folder = Path.of(arguments.length > 0 ? arguments[0] : ".");
        for (Kind kind : List.of(
            new Kind("rsa", "RSA", "SHA256withRSA", Form.DER),
            new Kind("pss", "RSA", "SHA256withRSAandMGF1", Form.BER),
            new Kind("p256", "secp256r1", "SHA256withECDSA", Form.PIECES),
            new Kind("brainpool", "brainpoolP384r1", "SHA384withECDSA", Form.BER),
            new Kind("explicit", "explicit brainpoolP256r1", "SHA256withECDSA", Form.PIECES))) {
            new Make(folder, kind).write();
        }
    }

    final Path folder;
    final Kind kind;
    final KeyPair authority, signer;
    final X500Name issuer, subject;

    Make(Path folder, Kind kind) throws Exception {
        this.folder = folder;
        this.kind = kind;
        authority = keys(kind.key);
        signer = keys(kind.key);
        issuer = new X500Name("C=UT,O=BouncyCastle,CN=CSCA " + kind.name);
        subject = new X500Name("C=UT,O=BouncyCastle,CN=DS " + kind.name);
    }

    static KeyPair keys(String kind) throws Exception {
        if (kind.equals("RSA")) {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA", "BC");
            generator.initialize(2048);
            return generator.generateKeyPair();
        }
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC", "BC");
        ECNamedCurveParameterSpec named = ECNamedCurveTable.getParameterSpec(kind.replace("explicit ", ""));
        // Parameters without a name are written explicitly.
        generator.initialize(kind.startsWith("explicit ")
            ? new ECParameterSpec(named.getCurve(), named.getG(), named.getN(), named.getH()) : named);
        return generator.generateKeyPair();
    }

    ContentSigner signs(KeyPair keys) throws Exception {
        return new JcaContentSignerBuilder(kind.algorithm).setProvider("BC").build(keys.getPrivate());
    }

    void write() throws Exception {
        Path authorities = folder.resolve("csca"), chip = folder.resolve(kind.name);
        X509CertificateHolder root = certificate(1, issuer, authority, true);
        X509CertificateHolder document = certificate(SERIAL, subject, signer, false);
        put(authorities.resolve(kind.name + ".cer"), root.getEncoded());
        put(authorities.resolve(kind.name + ".crl"), revoked(99).getEncoded());
        put(chip.resolve("revoked.crl"), revoked(SERIAL).getEncoded());

        Map<Integer, byte[]> groups = new TreeMap<>();
        groups.put(1, tlv(0x61, tlv(0x5f1f, ZONE.getBytes(StandardCharsets.US_ASCII))));
        groups.put(2, portrait());
        announce(chip, groups);
        for (Map.Entry<Integer, byte[]> group : groups.entrySet()) {
            put(chip.resolve("dg" + group.getKey() + ".bin"), group.getValue());
        }
        put(chip.resolve("sod.bin"), tlv(0x77, signed(groups, document)));
    }

    /** Returns the certificate of an authority, or that of a signer for passports alone. */
    X509CertificateHolder certificate(int serial, X500Name name, KeyPair keys, boolean ca) throws Exception {
        JcaX509ExtensionUtils utilities = new JcaX509ExtensionUtils();
        X509v3CertificateBuilder builder = new X509v3CertificateBuilder(issuer, BigInteger.valueOf(serial), FROM, TO,
            name, SubjectPublicKeyInfo.getInstance(keys.getPublic().getEncoded()));
        builder.addExtension(Extension.subjectKeyIdentifier, false,
            utilities.createSubjectKeyIdentifier(keys.getPublic()));
        builder.addExtension(Extension.authorityKeyIdentifier, false,
            utilities.createAuthorityKeyIdentifier(authority.getPublic()));
        if (ca) {
            builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(0));
            builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign));
        } else {
            builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature));
            builder.addExtension(new ASN1ObjectIdentifier("2.23.136.1.1.6.2"), false, sequence(
                new ASN1Integer(0), new DERSet(new DERPrintableString("P"))));
        }
        return builder.build(signs(authority));
    }

    X509CRLHolder revoked(int serial) throws Exception {
        X509v2CRLBuilder builder = new X509v2CRLBuilder(issuer, FROM);
        builder.setNextUpdate(TO);
        builder.addCRLEntry(BigInteger.valueOf(serial), FROM, 0);
        builder.addExtension(Extension.authorityKeyIdentifier, false,
            new JcaX509ExtensionUtils().createAuthorityKeyIdentifier(authority.getPublic()));
        builder.addExtension(Extension.cRLNumber, false, new ASN1Integer(1));
        return builder.build(signs(authority));
    }

    /** Writes the keys of the chip and its signature over the challenge, and adds DG14 and DG15. */
    void announce(Path chip, Map<Integer, byte[]> groups) throws Exception {
        KeyPair active = keys(kind.key);
        groups.put(15, tlv(0x6f, active.getPublic().getEncoded()));
        if (active.getPublic() instanceof RSAPublicKey) {
            // The trailer of one octet stands for SHA-1, that of two octets names the digest.
            boolean implicit = kind.name.equals("rsa");
            Digest digest = implicit ? new SHA1Digest() : new SHA256Digest();
            ISO9796d2Signer signs = new ISO9796d2Signer(new RSAEngine(), digest, implicit);
            signs.init(true, PrivateKeyFactory.createKey(active.getPrivate().getEncoded()));
            byte[] random = new byte[256 - 1 - digest.getDigestSize() - (implicit ? 1 : 2)];
            new SecureRandom().nextBytes(random);
            signs.update(random, 0, random.length);
            signs.update(CHALLENGE, 0, CHALLENGE.length);
            put(chip.resolve("active.sig"), signs.generateSignature());
            return;
        }
        Signature signs = Signature.getInstance("SHA256withPLAIN-ECDSA", "BC");
        signs.initSign(active.getPrivate());
        signs.update(CHALLENGE);
        put(chip.resolve("active.sig"), signs.sign());

        KeyPair agrees = keys("secp256r1"); // the chip of the test has this curve
        put(chip.resolve("chip.key"), ("-----BEGIN PRIVATE KEY-----\n" + Base64.getMimeEncoder(64, new byte[] {'\n'})
            .encodeToString(agrees.getPrivate().getEncoded()) + "\n-----END PRIVATE KEY-----\n").getBytes());
        groups.put(14, tlv(0x6e, new DERSet(new ASN1Encodable[] {
            sequence(new ASN1ObjectIdentifier("2.23.136.1.1.5"), new ASN1Integer(1),
                new ASN1ObjectIdentifier("0.4.0.127.0.7.1.1.4.1.3")),
            sequence(new ASN1ObjectIdentifier("0.4.0.127.0.7.2.2.1.2"),
                SubjectPublicKeyInfo.getInstance(agrees.getPublic().getEncoded())),
            sequence(new ASN1ObjectIdentifier("0.4.0.127.0.7.2.2.3.2.2"), new ASN1Integer(1)),
        }).getEncoded()));
    }

    /** Returns the signed message of the security object. */
    byte[] signed(Map<Integer, byte[]> groups, X509CertificateHolder document) throws Exception {
        List<DataGroupHash> hashes = new ArrayList<>();
        for (Map.Entry<Integer, byte[]> group : groups.entrySet()) {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(group.getValue());
            hashes.add(new DataGroupHash(group.getKey(), new DEROctetString(hash)));
        }
        byte[] object = new LDSSecurityObject(new AlgorithmIdentifier(NISTObjectIdentifiers.id_sha256),
            hashes.toArray(new DataGroupHash[0])).getEncoded("DER");
        ASN1ObjectIdentifier type = ICAOObjectIdentifiers.id_icao_ldsSecurityObject;
        SignerInfoGenerator info = new JcaSignerInfoGeneratorBuilder(
            new JcaDigestCalculatorProviderBuilder().setProvider("BC").build()).build(signs(signer), document);
        if (kind.form == Form.PIECES) {
            CMSSignedDataStreamGenerator generator = new CMSSignedDataStreamGenerator();
            generator.setBufferSize(50);
            generator.addSignerInfoGenerator(info);
            generator.addCertificate(document);
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            try (var stream = generator.open(type, out, true)) {
                stream.write(object);
            }
            return out.toByteArray();
        }
        CMSSignedDataGenerator generator = new CMSSignedDataGenerator();
        generator.addSignerInfoGenerator(info);
        generator.addCertificate(document);
        var data = generator.generate(new CMSProcessableByteArray(type, object), true);
        return kind.form == Form.DER ? data.toASN1Structure().getEncoded("DER") : data.getEncoded();
    }

    /** Returns EF.DG2 with a facial record of ISO/IEC 19794-5, whose picture is no more than the markers of a JPEG. */
    static byte[] portrait() throws Exception {
        byte[] picture =
            Arrays.concatenate(new byte[] {-1, -40, -1, -32}, "synthetic".getBytes(), new byte[] {-1, -39});
        int length = 20 + 12 + picture.length;
        byte[] header = {'F', 'A', 'C', 0, '0', '1', '0', 0, 0, 0, 0, (byte) (length + 14), 0, 1};
        byte[] block = Arrays.concatenate(header, new byte[] {0, 0, 0, (byte) length}, new byte[16 + 12], picture);
        byte[] format = tlv(0xa1, Arrays.concatenate(tlv(0x87, new byte[] {1, 1}), tlv(0x88, new byte[] {0, 8})));
        return tlv(0x75, tlv(0x7f61, Arrays.concatenate(tlv(0x02, new byte[] {1}),
            tlv(0x7f60, Arrays.concatenate(format, tlv(0x5f2e, block))))));
    }

    static DERSequence sequence(ASN1Encodable... parts) {
        ASN1EncodableVector all = new ASN1EncodableVector();
        all.addAll(parts);
        return new DERSequence(all);
    }

    static byte[] tlv(int tag, byte[] contents) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        if (tag > 0xff) {
            out.write(tag >> 8);
        }
        out.write(tag);
        if (contents.length > 0xff) {
            out.write(0x82);
            out.write(contents.length >> 8);
        } else if (contents.length > 0x7f) {
            out.write(0x81);
        }
        out.write(contents.length);
        out.writeBytes(contents);
        return out.toByteArray();
    }

    static void put(Path path, byte[] content) throws Exception {
        Files.createDirectories(path.getParent());
        Files.write(path, content);
    }
}
