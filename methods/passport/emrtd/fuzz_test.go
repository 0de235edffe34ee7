package emrtd_test

import (
	"testing"

	"github.com/stile-id/stile/methods/passport/emrtd"
	"github.com/stile-id/stile/methods/passport/emrtd/emrtdtest"
)

// FuzzVerify mutates EF.SOD and data groups: Verify must not panic, and must not accept another zone.
func FuzzVerify(f *testing.F) {
	files, options := referencePassport(f)
	f.Add(files.SOD, files.Groups[emrtd.DG1], []byte{}, files.Groups[emrtd.DG14], []byte{})
	f.Add(files.SOD, files.Groups[emrtd.DG1], emrtdtest.DataGroup2([]byte("\xff\xd8\xff\xe0\xff\xd9")),
		files.Groups[emrtd.DG14], reference(f, "Datagroup15"))
	f.Fuzz(func(t *testing.T, sod, dg1, dg2, dg14, dg15 []byte) {
		groups := map[int][]byte{}
		for number, file := range map[int][]byte{1: dg1, 2: dg2, 14: dg14, 15: dg15} {
			if len(file) > 0 {
				groups[number] = file
			}
		}
		document, err := emrtd.Verify(emrtd.Files{SOD: sod, Groups: groups}, options)
		if err == nil && document.Zone != referenceZone {
			t.Fatal("a zone that was not signed is accepted")
		}
		_, _ = emrtd.BeginChip(dg14)
	})
}

// FuzzParse mutates single structures, which a signature does not hold back.
func FuzzParse(f *testing.F) {
	f.Add(emrtdtest.NewPassport(utopia.signer).SOD())
	f.Add(utopia.signer.DER)
	f.Add(emrtdtest.DataGroup2([]byte("\xff\xd8\xff\xe0\xff\xd9")))
	f.Add(emrtdtest.DataGroup14(emrtdtest.ChipKeyInfo(1, emrtdtest.NewDH().Public(), 1), emrtdtest.ChipInfo(1, 2, 1)))
	f.Add(emrtdtest.DataGroup15(emrtdtest.NewKey("P-256")))
	f.Fuzz(func(_ *testing.T, in []byte) {
		if c, err := emrtd.ParseCertificate(in); err == nil {
			_, _ = c.SignedBy(c, true), emrtd.NameText(c.RawSubject)
		}
		if s, err := emrtd.ParseSigned(in); err == nil {
			_ = s.Verify(true)
		}
		emrtd.ParseGroups(in)
	})
}
