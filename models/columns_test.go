package models_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/models"
)

var moment = time.Date(2026, time.November, 20, 9, 30, 15, 123_456_789, time.FixedZone("CET", 60*60))

func TestTimestampIsMicrosecondsUTCInAColumn(t *testing.T) {
	t.Parallel()
	written := models.At(moment)
	require.Equal(t, time.UTC, written.Location())
	require.Equal(t, 123_456_000, written.Nanosecond())

	value, err := written.Value()
	require.NoError(t, err)
	require.Equal(t, moment.UnixMicro(), value)
	var read models.Timestamp
	require.NoError(t, read.Scan(value))
	require.Equal(t, written, read)
	require.Equal(t, &written, models.AtPtr(moment))
}

func TestTimestampScansNothingElse(t *testing.T) {
	t.Parallel()
	for _, src := range []any{nil, "1700000000", []byte("1"), 1.5, time.Now(), 1} {
		require.Error(t, new(models.Timestamp).Scan(src), "%T", src)
	}
}

func TestTimestampIsUnixSecondsInJSON(t *testing.T) {
	t.Parallel()
	public, err := json.Marshal(models.At(moment))
	require.NoError(t, err)
	require.Equal(t, "1795163415", string(public))

	var read models.Timestamp
	require.NoError(t, json.Unmarshal(public, &read))
	require.Equal(t, models.At(moment.Truncate(time.Second)), read)
	for _, malformed := range []string{`"1795163415"`, `1.5`, `true`, `{}`} {
		require.Error(t, json.Unmarshal([]byte(malformed), &read), malformed)
	}
}

func TestAbsentTimestampIsNull(t *testing.T) {
	t.Parallel()
	var read struct{ At *models.Timestamp }
	require.NoError(t, json.Unmarshal([]byte(`{"At": null}`), &read))
	require.Nil(t, read.At)
	public, err := json.Marshal(read)
	require.NoError(t, err)
	require.JSONEq(t, `{"At": null}`, string(public))
}

func TestJSONColumnComesBackAsItWas(t *testing.T) {
	t.Parallel()
	for _, v := range []map[string]string{nil, {}, {"tier": "vip", "quote": `"<&>"`, "nul": "\x00", "wide": "Ümlaut 漢字"}} {
		written := models.AsJSON(v)
		value, err := written.Value()
		require.NoError(t, err)
		require.IsType(t, "", value)
		require.NotContains(t, value, "\x00", "PostgreSQL's TEXT holds no NUL")
		for _, src := range []any{value, []byte(value.(string))} {
			var read models.JSON[map[string]string]
			require.NoError(t, read.Scan(src))
			require.Equal(t, written, read)
		}
	}
}

func TestJSONColumnScansTextAlone(t *testing.T) {
	t.Parallel()
	var empty models.JSON[[]string]
	require.NoError(t, empty.Scan(nil))
	require.Nil(t, empty.V)
	for _, src := range []any{int64(1), true, 1.5, "not JSON", `{"an": "object"}`} {
		require.Error(t, new(models.JSON[[]string]).Scan(src), "%v", src)
	}
}

func TestJSONColumnThatCannotBeWrittenIsAnError(t *testing.T) {
	t.Parallel()
	_, err := models.AsJSON(func() {}).Value()
	require.Error(t, err)
}

func TestJSONColumnIsItsValueInJSON(t *testing.T) {
	t.Parallel()
	public, err := json.Marshal(models.AsJSON([]string{"mdl"}))
	require.NoError(t, err)
	require.Equal(t, `["mdl"]`, string(public))
	var read models.JSON[[]string]
	require.NoError(t, json.Unmarshal(public, &read))
	require.Equal(t, []string{"mdl"}, read.V)
}
