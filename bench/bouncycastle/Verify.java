import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.security.MessageDigest;
import java.security.PublicKey;
import java.security.Security;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.bouncycastle.asn1.ASN1InputStream;
import org.bouncycastle.asn1.icao.DataGroupHash;
import org.bouncycastle.asn1.icao.LDSSecurityObject;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cms.CMSSignedData;
import org.bouncycastle.cms.SignerInformation;
import org.bouncycastle.cms.jcajce.JcaSimpleSignerInfoVerifierBuilder;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.operator.jcajce.JcaContentVerifierProviderBuilder;

/**
 * Verifies chips by BouncyCastle for the benchmark. A line of the input is a chip: EF.SOD, the certificate of its
 * authority, and data groups as NUMBER:FILE, in base64; it is answered by its index. Or it is "run INDEX COUNT", which is
 * answered by the nanoseconds of CPU time of as many verifications.
 */
public class Verify {
    record Chip(byte[] sod, PublicKey authority, Map<Integer, byte[]> groups) {}

    public static void main(String[] arguments) throws Exception {
        Security.addProvider(new BouncyCastleProvider());
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        List<Chip> chips = new ArrayList<>();
        BufferedReader input = new BufferedReader(new InputStreamReader(System.in));
        for (String line; (line = input.readLine()) != null; ) {
            String[] words = line.split(" ");
            if (!words[0].equals("run")) {
                chips.add(read(words));
                System.out.println(chips.size() - 1);
                continue;
            }
            Chip chip = chips.get(Integer.parseInt(words[1]));
            StringBuilder times = new StringBuilder();
            for (int left = Integer.parseInt(words[2]); left > 0; left--) {
                long began = threads.getCurrentThreadCpuTime();
                verify(chip);
                times.append(threads.getCurrentThreadCpuTime() - began).append(' ');
            }
            System.out.println(times);
        }
    }

    static Chip read(String[] words) throws Exception {
        Base64.Decoder base64 = Base64.getDecoder();
        Map<Integer, byte[]> groups = new HashMap<>();
        for (int i = 2; i < words.length; i++) {
            String[] group = words[i].split(":");
            groups.put(Integer.parseInt(group[0]), base64.decode(group[1]));
        }
        X509CertificateHolder authority = new X509CertificateHolder(base64.decode(words[1]));
        PublicKey key = new JcaX509CertificateConverter().setProvider("BC").getCertificate(authority).getPublicKey();
        return new Chip(base64.decode(words[0]), key, groups);
    }

    /** Checks the signature of EF.SOD, that of the signer's certificate, its validity, and the digests of the groups. */
    @SuppressWarnings("unchecked")
    static void verify(Chip chip) throws Exception {
        int header = (chip.sod[1] & 0x80) == 0 ? 2 : 2 + (chip.sod[1] & 0x7f);
        CMSSignedData message = new CMSSignedData(
            new ByteArrayInputStream(chip.sod, header, chip.sod.length - header));
        SignerInformation signer = message.getSignerInfos().iterator().next();
        X509CertificateHolder certificate =
            (X509CertificateHolder) message.getCertificates().getMatches(signer.getSID()).iterator().next();
        require(signer.verify(new JcaSimpleSignerInfoVerifierBuilder().setProvider("BC").build(certificate)));
        require(certificate.isValidOn(new Date()));
        require(certificate.isSignatureValid(
            new JcaContentVerifierProviderBuilder().setProvider("BC").build(chip.authority)));
        LDSSecurityObject object = LDSSecurityObject.getInstance(
            new ASN1InputStream((byte[]) message.getSignedContent().getContent()).readObject());
        MessageDigest digest = MessageDigest.getInstance(object.getDigestAlgorithmIdentifier().getAlgorithm().getId(), "BC");
        for (DataGroupHash listed : object.getDatagroupHash()) {
            byte[] file = chip.groups.get(listed.getDataGroupNumber());
            require(MessageDigest.isEqual(digest.digest(file), listed.getDataGroupHashValue().getOctets()));
        }
    }

    static void require(boolean holds) {
        if (!holds) {
            throw new IllegalStateException("a chip is refused");
        }
    }
}
