package openid4vp

import (
	"encoding/json"
	"slices"
)

// TransactionObject is a transaction that the user authorizes with a presentation (5.1, 8.4). Members holds the members
// that Type defines. The proof is that of B.3.3.1: the key binding JWT of an SD-JWT VC has the SHA-256 hash of the
// object.
type TransactionObject struct {
	Type          string
	CredentialIDs []string
	Members       map[string]any
}

// encodeTransaction returns transaction_data. A Fault has the code transaction_data if an object has no type, or names
// credentials that the query does not have, or that are no SD-JWT VCs.
func encodeTransaction(objects []TransactionObject, query *Query) (encoded []string, err error) {
	for _, object := range objects {
		if !isText(object.Type) || !areTexts(object.CredentialIDs) {
			return nil, fault(TransactionData)
		}
		if slices.ContainsFunc(object.CredentialIDs, func(id string) bool {
			credential := query.credential(id)
			return credential == nil || credential.Format != FormatSDJWT
		}) {
			return nil, fault(TransactionData)
		}
		members := map[string]any{}
		for name, value := range object.Members {
			members[name] = value
		}
		members["type"], members["credential_ids"] = object.Type, object.CredentialIDs
		text, err := json.Marshal(members)
		if err != nil {
			return nil, fault(TransactionData)
		}
		encoded = append(encoded, encoding.EncodeToString(text))
	}
	return encoded, nil
}

// transactionIDs returns the ids of the Credential Queries that an entry of transaction_data names.
func transactionIDs(text string) ([]string, error) {
	var object struct {
		IDs []string `json:"credential_ids"`
	}
	decoded, err := encoding.DecodeString(text)
	if err != nil || json.Unmarshal(decoded, &object) != nil {
		return nil, fault(RequestMalformed)
	}
	return object.IDs, nil
}
