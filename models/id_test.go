package models_test

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/models"
)

const draws = 1000

func TestRandomIDIsTwentyFourCharactersOfLowerCaseBase32(t *testing.T) {
	t.Parallel()
	format := regexp.MustCompile(`^[a-z2-7]{24}$`)
	seen := map[string]bool{}
	letters := map[rune]bool{}
	for range draws {
		id := models.RandomID()
		require.Regexp(t, format, id)
		require.False(t, seen[id])
		seen[id] = true
		for _, letter := range id {
			letters[letter] = true
		}
	}
	require.Len(t, letters, 32, "every letter of the alphabet comes up")
}

func TestPrefixesTellKindsApart(t *testing.T) {
	t.Parallel()
	prefixes := []models.IDPrefix{
		models.PrefixSession, models.PrefixWorkflow, models.PrefixWorkflowVersion, models.PrefixEvent,
		models.PrefixEndpoint, models.PrefixDelivery, models.PrefixOrg, models.PrefixKey, models.PrefixResult,
		models.PrefixRequest, models.PrefixAudit, models.PrefixConnector, models.PrefixRecovery,
	}
	for _, of := range prefixes {
		id := string(of) + models.RandomID()
		for _, p := range prefixes {
			require.Equal(t, p == of, p.HasPrefix(id), "%s %s", p, id)
		}
	}
}

func TestSecretIsItsPrefixAndFortyThreeCharactersOfBase62(t *testing.T) {
	t.Parallel()
	for _, prefix := range []string{"stile_sk_", "stile_pk_", "whsec_"} {
		format := regexp.MustCompile("^" + prefix + "[0-9A-Za-z]{43}$")
		seen := map[string]bool{}
		letters := map[rune]bool{}
		for range draws {
			secret := models.NewSecret(prefix)
			require.Regexp(t, format, secret)
			require.False(t, seen[secret])
			seen[secret] = true
			for _, letter := range strings.TrimPrefix(secret, prefix) {
				letters[letter] = true
			}
		}
		require.Len(t, letters, 62, "every letter of the alphabet comes up")
	}
}

// A byte modulo 62 would favour the first eight letters by a quarter.
func TestSecretFavoursNoLetter(t *testing.T) {
	t.Parallel()
	const total, favoured = 200_000, "01234567"
	drawn, hits := 0, 0
	for drawn < total {
		for _, letter := range models.NewSecret("") {
			drawn++
			if strings.ContainsRune(favoured, letter) {
				hits++
			}
		}
	}
	require.InDelta(t, float64(len(favoured))/62, float64(hits)/float64(drawn), 0.008)
}

func TestOnlyIdentifiersHaveTheFormOfOne(t *testing.T) {
	t.Parallel()
	random := models.RandomID()
	require.True(t, models.PrefixSession.Names("vks_"+random))
	for _, text := range []string{
		"", "vks_", random, "wf_" + random, "vks_" + random + "a", "vks_" + random[1:], "vks_" + random[1:] + "1",
		"vks_" + random[1:] + "A", "vks_" + random[1:] + "\x00",
	} {
		require.False(t, models.PrefixSession.Names(text), "%q", text)
	}
}

func TestTimedIDsAreInTheOrderOfTheirSeconds(t *testing.T) {
	t.Parallel()
	format := regexp.MustCompile(`^[a-z2-7]{24}$`)
	at := time.Date(2026, time.January, 1, 0, 0, 0, 0, time.UTC)
	before := models.TimedID(at, models.RandomID())
	for _, step := range []time.Duration{
		time.Second, 31 * time.Second, time.Hour, 30 * 24 * time.Hour, 33 * 365 * 24 * time.Hour,
	} {
		at = at.Add(step)
		random := models.RandomID()
		id := models.TimedID(at, random)
		require.Regexp(t, format, id)
		require.Less(t, before, id)
		require.Equal(t, random[6:], id[6:], "90 random bits")
		before = id
	}
}

func TestUnguessableAndSharedIDsHoldNoTime(t *testing.T) {
	t.Parallel()
	for _, prefix := range []models.IDPrefix{
		models.PrefixChallenge, models.PrefixUpload, models.PrefixPerson, models.PrefixCredential, models.PrefixGuardian,
		models.PrefixTrustGrant, models.PrefixTrustConsent, models.PrefixAttempt, models.PrefixEmailCode,
	} {
		require.False(t, prefix.Timed(), prefix)
	}
	require.True(t, models.PrefixSession.Timed())
}
