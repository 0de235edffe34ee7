package mrz

import "strings"

// StateKind says what a code of three letters stands for.
type StateKind string

// The kinds of codes in part 3, section 5.
const (
	// Country is a country or territory of ISO 3166-1, or Germany by its code D.
	Country StateKind = "country"
	// BritishNational is a kind of British nationality other than that of a British citizen.
	BritishNational StateKind = "british_national"
	// Organization is an organization that issues travel documents.
	Organization StateKind = "organization"
	// NoNationality stands for a stateless person, a refugee, or a person of unspecified nationality.
	NoNationality StateKind = "no_nationality"
	// Withdrawn is a code that ISO 3166-1 has withdrawn; documents that were issued before may have it.
	Withdrawn StateKind = "withdrawn"
	// InUse is a code that Doc 9303 does not have, but documents that are in use do.
	InUse StateKind = "in_use"
	// Specimen is the fictional state Utopia of specimens. No real document has it.
	Specimen StateKind = "specimen"
)

// State explains a code of an issuer or a nationality.
type State struct {
	Code string
	Kind StateKind
	// Alpha2 is the code of ISO 3166-1 alpha-2, "XK" for Kosovo, "GB" for kinds of British nationality, and "" if there
	// is none.
	Alpha2 string
	// Name is the name of what is not a country of ISO 3166-1, in English.
	Name string
}

// StateOf returns the state, organization or kind of nationality that a code stands for; ok is false if the code is
// unknown. The code has no fillers.
func StateOf(code string) (state State, ok bool) {
	if state, ok = states[code]; ok {
		return state, true
	}
	if alpha2, ok := countries[code]; ok {
		return State{Code: code, Kind: Country, Alpha2: alpha2}, true
	}
	return State{}, false
}

// CountryCode returns the code by which a zone names a country of ISO 3166-1 alpha-2; ok is false if there is none.
func CountryCode(alpha2 string) (code string, ok bool) {
	if alpha2 == "DE" {
		return "D", true
	}
	for code, two := range countries {
		if two == alpha2 {
			return code, true
		}
	}
	return "", false
}

// states holds all codes that are not countries of ISO 3166-1 alpha-3.
var states = index([]State{
	{"D", Country, "DE", ""},
	{"EUE", Organization, "", "European Union"},
	{"GBD", BritishNational, "GB", "British Overseas Territories citizen"},
	{"GBN", BritishNational, "GB", "British National (Overseas)"},
	{"GBO", BritishNational, "GB", "British Overseas citizen"},
	{"GBP", BritishNational, "GB", "British protected person"},
	{"GBS", BritishNational, "GB", "British subject"},
	{"UNO", Organization, "", "United Nations"},
	{"UNA", Organization, "", "Specialized agency of the United Nations"},
	{"UNK", Organization, "XK", "Resident of Kosovo, document issued by the United Nations"},
	{"XBA", Organization, "", "African Development Bank"},
	{"XCC", Organization, "", "Caribbean Community"},
	{"XCE", Organization, "", "Council of Europe"},
	{"XCO", Organization, "", "Common Market for Eastern and Southern Africa"},
	{"XDC", Organization, "", "Southern African Development Community"},
	{"XEC", Organization, "", "Economic Community of West African States"},
	{"XES", Organization, "", "Organisation of Eastern Caribbean States"},
	{"XIM", Organization, "", "African Export-Import Bank"},
	{"XMP", Organization, "", "Parliamentary Assembly of the Mediterranean"},
	{"XOM", Organization, "", "Sovereign Military Order of Malta"},
	{"XPO", Organization, "", "Interpol"},
	{"XXA", NoNationality, "", "Stateless person (Convention of 1954)"},
	{"XXB", NoNationality, "", "Refugee (Convention of 1951)"},
	{"XXC", NoNationality, "", "Refugee outside the Convention of 1951"},
	{"XXX", NoNationality, "", "Person of unspecified nationality"},
	{"ANT", Withdrawn, "", "Netherlands Antilles"},
	{"NTZ", Withdrawn, "", "Neutral Zone"},
	{"SCG", Withdrawn, "", "Serbia and Montenegro"},
	{"YUG", Withdrawn, "", "Yugoslavia"},
	{"RKS", InUse, "XK", "Kosovo"},
	{"UTO", Specimen, "", "Utopia"},
})

func index(list []State) map[string]State {
	byCode := make(map[string]State, len(list))
	for _, state := range list {
		byCode[state.Code] = state
	}
	return byCode
}

// countries maps alpha-3 codes of ISO 3166-1 to alpha-2 codes.
var countries = pairs(`
ABWAW AFGAF AGOAO AIAAI ALAAX ALBAL ANDAD AREAE ARGAR ARMAM ASMAS ATAAQ ATFTF ATGAG AUSAU AUTAT AZEAZ BDIBI BELBE
BENBJ BESBQ BFABF BGDBD BGRBG BHRBH BHSBS BIHBA BLMBL BLRBY BLZBZ BMUBM BOLBO BRABR BRBBB BRNBN BTNBT BVTBV BWABW
CAFCF CANCA CCKCC CHECH CHLCL CHNCN CIVCI CMRCM CODCD COGCG COKCK COLCO COMKM CPVCV CRICR CUBCU CUWCW CXRCX CYMKY
CYPCY CZECZ DEUDE DJIDJ DMADM DNKDK DOMDO DZADZ ECUEC EGYEG ERIER ESHEH ESPES ESTEE ETHET FINFI FJIFJ FLKFK FRAFR
FROFO FSMFM GABGA GBRGB GEOGE GGYGG GHAGH GIBGI GINGN GLPGP GMBGM GNBGW GNQGQ GRCGR GRDGD GRLGL GTMGT GUFGF GUMGU
GUYGY HKGHK HMDHM HNDHN HRVHR HTIHT HUNHU IDNID IMNIM INDIN IOTIO IRLIE IRNIR IRQIQ ISLIS ISRIL ITAIT JAMJM JEYJE
JORJO JPNJP KAZKZ KENKE KGZKG KHMKH KIRKI KNAKN KORKR KWTKW LAOLA LBNLB LBRLR LBYLY LCALC LIELI LKALK LSOLS LTULT
LUXLU LVALV MACMO MAFMF MARMA MCOMC MDAMD MDGMG MDVMV MEXMX MHLMH MKDMK MLIML MLTMT MMRMM MNEME MNGMN MNPMP MOZMZ
MRTMR MSRMS MTQMQ MUSMU MWIMW MYSMY MYTYT NAMNA NCLNC NERNE NFKNF NGANG NICNI NIUNU NLDNL NORNO NPLNP NRUNR NZLNZ
OMNOM PAKPK PANPA PCNPN PERPE PHLPH PLWPW PNGPG POLPL PRIPR PRKKP PRTPT PRYPY PSEPS PYFPF QATQA REURE ROURO RUSRU
RWARW SAUSA SDNSD SENSN SGPSG SGSGS SHNSH SJMSJ SLBSB SLESL SLVSV SMRSM SOMSO SPMPM SRBRS SSDSS STPST SURSR SVKSK
SVNSI SWESE SWZSZ SXMSX SYCSC SYRSY TCATC TCDTD TGOTG THATH TJKTJ TKLTK TKMTM TLSTL TONTO TTOTT TUNTN TURTR TUVTV
TWNTW TZATZ UGAUG UKRUA UMIUM URYUY USAUS UZBUZ VATVA VCTVC VENVE VGBVG VIRVI VNMVN VUTVU WLFWF WSMWS YEMYE ZAFZA
ZMBZM ZWEZW
`)

func pairs(text string) map[string]string {
	byCode := map[string]string{}
	for _, pair := range strings.Fields(text) {
		byCode[pair[:3]] = pair[3:]
	}
	return byCode
}
