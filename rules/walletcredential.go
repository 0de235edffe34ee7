package rules

// WalletCredential describes the digital credential that a method has verified. It has nothing of the holder.
type WalletCredential struct {
	Format CredentialFormat `json:"format"`
	// Type is the document type of a mobile document, such as org.iso.18013.5.1.mDL, or the vct of an SD-JWT VC.
	Type string `json:"type"`
	// IssuingCountry is an ISO 3166-1 alpha-2 code; "" if the credential and its issuer's certificate name none.
	IssuingCountry string `json:"issuing_country,omitempty"`
}

// CredentialFormat is the form of a credential, by its name in OpenID4VP.
type CredentialFormat string

// The formats of credentials.
const (
	FormatMdoc  CredentialFormat = "mso_mdoc"
	FormatSDJWT CredentialFormat = "dc+sd-jwt"
)
