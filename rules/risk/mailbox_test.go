package risk_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/rules/contact"
	"github.com/stile-id/stile/rules/risk"
)

func TestMailboxesAreJudgedByTheirText(t *testing.T) {
	t.Parallel()
	unlikely, invalid := risk.Email{Unlikely: true}, risk.Email{DomainInvalid: true}
	for address, want := range map[string]risk.Email{
		"user@example.com": {}, "ada.lovelace@gmail.com": {}, "o'neil+shop@example.co.uk": {}, "a@x.org": {},
		"1234567890@qq.com": {}, "8888888@163.com": {}, "j4n3d03@example.com": {}, "用户@例子.测试": {},
		"dpdcnf87nu@privaterelay.appleid.com": {}, "xxaaliyahxx@example.com": {}, "testa@example.com": {},
		"b8f5c1de-9a34-4d2b-8f1e@relay.example.com": {}, "schwarzschmidt@example.com": {},
		"noreply@example.com": unlikely, "no-reply@example.com": unlikely, "test@example.com": unlikely,
		"test+2@example.com": unlikely, "aaaaa@example.com": unlikely, "asdf@example.com": unlikely,
		"x7k2m9q4w1z8p3n6@example.com": unlikely,
		"ada@localhost":                invalid, "ada@shop.test": invalid, "ada@shop.example": invalid,
		"ada@nas.local": invalid, "ada@hidden.onion": invalid,
		"test@localhost": {Unlikely: true, DomainInvalid: true},
	} {
		canonical, err := contact.Email(address)
		require.NoError(t, err, address)
		require.Equal(t, want, risk.CheckMailbox(canonical), address)
	}
}
