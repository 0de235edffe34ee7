package api_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/methods"
	"github.com/stile-id/stile/methods/methodtest"
	"github.com/stile-id/stile/methods/shipped"
	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/rules/graph"
)

func TestViewShowsTheSettingsOfItsSession(t *testing.T) {
	t.Parallel()
	e := newEnv(t, asShipped)
	definition := order("alcohol_delivery", nil, "document_capture", "facial_age")
	definition["preferences"] = obj{
		"max_attempts": 2, "document_types": []string{"PASSPORT", "ID_CARD"}, "liveness_strategy": "passive",
	}
	s := e.create(e.sandbox, e.workflow(e.sandbox, definition), obj{
		"jurisdiction": "US-IL", "locale": "pt-br",
		"return_url": "https://shop.example/done", "cancel_url": "https://shop.example/no",
	})
	view, row := e.view(s), e.isOK(e.do("GET", pathSessions+"/"+s.id, e.sandbox.secret, nil), 200).object
	for _, same := range []string{"age_tier", "jurisdiction", "return_url", "cancel_url", "locale", "verification_path"} {
		require.Equal(t, row[same], view[same], same)
	}
	require.Equal(t, []any{"min_age_21", "US-IL", "pt-BR"}, []any{view["age_tier"], view["jurisdiction"], view["locale"]})
	require.Equal(t, obj{
		"data_retention_days":           in(row, "compliance", "data_retention_days"),
		"document_image_retention_days": in(row, "compliance", "document_image_retention_days"),
		"biometric_retention_days":      in(row, "compliance", "biometric_retention_days"),
	}, view["data_retention"])
	require.InDelta(t, 2, in(view, "methods", 0, "attempts"), 0)
	require.Equal(t, []any{"PASSPORT", "ID_CARD"}, in(view, "methods", 0, "document_types"))
	require.Nil(t, in(view, "methods", 0, "liveness_strategy"))
	require.Equal(t, []any{}, in(view, "methods", 1, "document_types"))
	require.Equal(t, "passive", in(view, "methods", 1, "liveness_strategy"))

	bare := e.view(e.attest())
	for _, absent := range []string{"return_url", "cancel_url", "locale", "verification_path", "biometric_consent"} {
		require.Nil(t, bare[absent], absent)
	}
}

func TestViewNamesNoPlaceBeforeTheUsersIsKnown(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	created := e.isOK(e.do("POST", pathSessions, e.sandbox.secret,
		obj{"type": "age", "workflow_id": e.workflow(e.sandbox, simple("self_attestation"))}), 201).object
	s := session{id: created["id"].(string), secret: created["client_secret"].(string)}
	require.Equal(t, true, created["jurisdiction_provisional"])
	require.Nil(t, e.view(s)["jurisdiction"])
	require.Equal(t, "US", e.isOK(e.do("POST", s.path("/open"), s.secret, nil), 200).object["jurisdiction"])
}

func TestLocaleIsALanguageTag(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	workflow := e.workflow(e.sandbox, simple("self_attestation"))
	for given, want := range map[string]string{
		"de": "de", "DE-at": "de-AT", "pt_BR": "pt-BR", "zh-hant-TW": "zh-Hant-TW", "ar": "ar", "es-419": "es-419",
	} {
		body := obj{"type": "age", "workflow_id": workflow, "jurisdiction": "US", "locale": given}
		for _, key := range []string{e.sandbox.secret, e.sandbox.publishable} {
			require.Equal(t, want, e.isOK(e.do("POST", pathSessions, key, body), 201).object["locale"], given)
		}
	}
	for _, wrong := range []any{
		"german", "d", "und", "x-klingon", "de-", "../de", "de\x00", text(40), "de-DE-u-" + text(40), "q", 7, []string{"de"},
	} {
		body := obj{"type": "age", "workflow_id": workflow, "jurisdiction": "US", "locale": wrong}
		e.isError(e.do("POST", pathSessions, e.sandbox.secret, body), 400, "parameter_invalid", "locale")
	}
}

func TestConsentRecordsTheTextThatTheUserRead(t *testing.T) {
	t.Parallel()
	e := newEnv(t, asShipped)
	workflow := e.workflow(e.sandbox, order("alcohol_delivery", nil, "document_capture", "facial_age"))
	illinois := func() session { return e.create(e.sandbox, workflow, obj{"jurisdiction": "US-IL"}) }
	s := illinois()
	shown := e.view(s)["biometric_consent"].(obj)
	for _, part := range []string{
		"Shop & Co asks", "your face", "to estimate your age, and for nothing else", "deleted as soon as", "other method",
	} {
		require.Contains(t, shown["text"], part)
	}
	require.NotContains(t, shown["text"], "photo of your document", "no method of the session compares them")
	consent := s.path("/consent")
	for _, wrong := range []any{"1999-01-01-en", "2026-11-28", "2026-11-28-", "2026-11-28-xx", "2", text(300), true} {
		e.isError(e.do("POST", consent, s.secret, obj{"granted": true, "text_version": wrong}),
			400, "parameter_invalid", "text_version")
	}
	stored := func(s session) obj {
		return e.isOK(e.do("GET", pathSessions+"/"+s.id, e.sandbox.secret, nil), 200).object
	}
	require.Nil(t, stored(s)["consented_at"])
	after := e.isOK(e.do("POST", consent, s.secret, obj{"granted": true, "text_version": shown["version"]}), 200).object
	require.Nil(t, after["biometric_consent"], "nothing is left to consent to")
	e.isOK(e.do("POST", consent, s.secret, obj{"granted": true}), 200)
	require.Equal(t, shown["version"], stored(s)["consent_text_version"], "the first consent counts")

	reader := illinois()
	french := e.isOK(e.do("GET", reader.path(""), reader.secret, nil, "Accept-Language", "nl, fr-CH;q=0.9, de;q=0.8"), 200)
	read := french.object["biometric_consent"].(obj)
	require.Equal(t, "fr", read["locale"])
	require.Contains(t, read["text"], "Shop & Co vous demande votre consentement")
	agreed := obj{"granted": true, "text_version": read["version"]}
	e.isOK(e.do("POST", reader.path("/consent"), reader.secret, agreed), 200)
	require.Equal(t, "2026-11-28-fr", stored(reader)["consent_text_version"])
	german := e.create(e.sandbox, workflow, obj{"jurisdiction": "US-IL", "locale": "de-AT"})
	require.Equal(t, "2026-11-28-de", in(e.view(german), "biometric_consent", "version"))

	silent := illinois()
	e.isOK(e.do("POST", silent.path("/consent"), silent.secret, obj{"granted": true}), 200)
	require.NotNil(t, stored(silent)["consented_at"])
	require.Nil(t, stored(silent)["consent_text_version"])
	require.Nil(t, e.view(e.create(e.sandbox, workflow, obj{"jurisdiction": "US-CA"}))["biometric_consent"])
}

func TestViewDescribesTheSubmissionsOfAMethod(t *testing.T) {
	t.Parallel()
	toy := &methodtest.Enrolment{}
	method := toy.Method()
	method.Fields = append(method.Fields, methods.Field{
		Name: "card", Type: methods.FieldText, Optional: true, Choices: []methods.Choice{
			{Value: "ID_CARD", Label: "ID card"},
			{Value: "BAR_CARD", Label: "Bar card", Countries: []rules.Jurisdiction{"FR"}},
			{Value: "PASSPORT", Label: "Passport"},
		},
		Narrow: func(graph.Options) []string { return []string{"ID_CARD", "BAR_CARD"} },
	})
	e := newEnv(t, serving(shipped.Options{}, method))
	e.connect(e.sandbox, "document_capture", "https://vendor.example/judge")
	definition := simple("student", "document_capture", "mdl")
	s := e.create(e.sandbox, e.workflow(e.sandbox, definition))
	view := e.view(s)
	require.Equal(t, obj{
		"begin": true, "begin_fields": []any{},
		"uploads": obj{"max_bytes": 8388608.0, "max_count": 12.0, "sources": []any{"file"}}, "fields": []any{
			obj{"name": "challenge", "type": "challenge", "required": true, "media_types": []any{}, "choices": nil},
			obj{"name": "nonce", "type": "string", "required": true, "media_types": []any{}, "choices": nil},
			obj{
				"name": "photo", "type": "upload", "required": true, "media_types": []any{"image/png", "image/jpeg"},
				"choices": nil,
			},
			obj{
				"name": "card", "type": "string", "required": false, "media_types": []any{}, "choices": []any{
					obj{"value": "ID_CARD", "label": "ID card", "logo_url": nil},
				},
			},
		},
	}, in(view, "methods", 0, "input"))
	require.Equal(t, obj{
		"begin": false, "begin_fields": []any{},
		"uploads": obj{"max_bytes": 8388608.0, "max_count": 12.0, "sources": []any{"camera"}},
		"fields": []any{
			obj{"name": "input", "type": "object", "required": true, "media_types": []any{}, "choices": nil},
			obj{"name": "uploads", "type": "uploads", "required": false, "media_types": []any{}, "choices": nil},
		},
	}, in(view, "methods", 1, "input"), "the provider's")
	require.Nil(t, in(view, "methods", 2, "input"), "it can only be simulated")

	down := "closed for the summer"
	toy.Down.Store(&down)
	require.Nil(t, in(e.view(s), "methods", 0, "input"))
	e.isOK(e.do("POST", s.path("/cancel"), s.secret, nil), 200)
	require.Nil(t, in(e.view(s), "methods", 1, "input"), "the session has ended")

	definition["preferences"] = obj{"file_upload": true}
	view = e.view(e.create(e.sandbox, e.workflow(e.sandbox, definition)))
	require.Equal(t, []any{"camera", "file"}, in(view, "methods", 1, "input", "uploads", "sources"))
}
