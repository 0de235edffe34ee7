package localenv_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/internal/localenv"
)

func TestLinesOfTheFileAreVariables(t *testing.T) {
	t.Parallel()
	values, err := localenv.Parse("\ufeff# a comment\r\n\nSTILE_A=plain # a comment\r\nexport STILE_B = spaced \n" +
		"STILE_C='single # \\n $X' # a comment\nSTILE_D=\"a \\\"b\\\"\\nc \\$X \\\\n\"\nSTILE_E=\nSTILE_F=a#b=c\n" +
		"STILE_G=\"line 1\nline 2\"\nSTILE_A=last\nSTILE_H=#\nSTILE_I=''")
	require.NoError(t, err)
	require.Equal(t, map[string]string{
		"STILE_A": "last", "STILE_B": "spaced", "STILE_C": `single # \n $X`, "STILE_D": "a \"b\"\nc $X \\n", "STILE_E": "",
		"STILE_F": "a#b=c", "STILE_G": "line 1\nline 2", "STILE_H": "", "STILE_I": "",
	}, values)
}

func TestMalformedLineIsNamedWithoutItsText(t *testing.T) {
	t.Parallel()
	for want, text := range map[string]string{
		"line 3: not NAME=value":                                           "A=1\n\nsecret value\n",
		"line 1: not NAME=value":                                           "se cret=1",
		"line 2: the value of A has no closing quote":                      "# x\nA=\"secret\nB=2\n",
		"line 1: the value of A continues after its closing quote":         "A='x' secret",
		"line 4: not NAME=value":                                           "A='\n\n'\n=secret",
		"line 1: the value of STILE_LOOKUP_KEY has no closing quote":       "STILE_LOOKUP_KEY='secret",
		"line 2: the value of STILE_API_KEY continues after its closing q": "\nSTILE_API_KEY=\"\"secret",
	} {
		_, err := localenv.Parse(text)
		require.ErrorContains(t, err, want)
		require.NotContains(t, err.Error(), "secret")
	}
}

// sources returns the places of settings with a process that has these variables, and a file with this text.
func sources(t *testing.T, process map[string]string, file string) localenv.Sources {
	t.Helper()
	s := localenv.Sources{
		Lookup: func(name string) (string, bool) {
			value, set := process[name]
			return value, set
		},
		File: filepath.Join(t.TempDir(), localenv.File), Folder: t.TempDir(),
	}
	require.NoError(t, os.WriteFile(s.File, []byte(file), 0o600))
	return s
}

// folder stores the variables of a stile-dev in the data folder.
func folder(t *testing.T, s localenv.Sources) {
	t.Helper()
	require.NoError(t, localenv.Folder{Dir: s.Folder}.SaveEnvironment(map[string]string{
		"DATABASE_URL": "sqlite:dev", "STILE_ENCRYPTION_KEYS": "dev:1", "STILE_LOOKUP_KEY": "2",
		"TEMPORAL_ADDRESS": "127.0.0.1:1", "STILE_API_URL": "http://127.0.0.1:2", "STILE_API_KEY": "stile_sk_dev",
	}))
}

func TestEnvironmentComesBeforeTheFileAndTheFileBeforeTheFolder(t *testing.T) {
	t.Parallel()
	s := sources(t, map[string]string{"TEMPORAL_ADDRESS": "process:1"},
		"TEMPORAL_ADDRESS=file:1\nSTILE_API_KEY=stile_sk_file\nPORT=3000\nHOME=/")
	folder(t, s)
	e, err := localenv.Read(s)
	require.NoError(t, err)
	for name, want := range map[string][2]string{
		"TEMPORAL_ADDRESS": {"process:1", "the environment"},
		"STILE_API_KEY":    {"stile_sk_file", s.File},
		"DATABASE_URL":     {"sqlite:dev", s.Folder},
		"PORT":             {"", ""},
	} {
		require.Equal(t, want, [2]string{e.Get(name), e.Origin(name)}, name)
	}
	require.Equal(t, s.Folder, e.Folder())
}

func TestEmptyVariableOfTheProcessHidesTheFile(t *testing.T) {
	t.Parallel()
	e, err := localenv.Read(sources(t, map[string]string{"STILE_API_KEY": ""}, "STILE_API_KEY=x"))
	require.NoError(t, err)
	require.Empty(t, e.Get("STILE_API_KEY"))
}

// Keys open the rows of their own database alone.
func TestFolderIsNotMixedWithAnotherInstallation(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"DATABASE_URL", "STILE_ENCRYPTION_KEYS", "STILE_LOOKUP_KEY"} {
		for place, s := range map[string]localenv.Sources{
			"process": sources(t, map[string]string{name: "other"}, ""), "file": sources(t, nil, name+"=other"),
		} {
			folder(t, s)
			e, err := localenv.Read(s)
			require.NoError(t, err)
			require.Equal(t, "other", e.Get(name), place)
			for _, rest := range []string{"DATABASE_URL", "STILE_ENCRYPTION_KEYS", "STILE_LOOKUP_KEY", "TEMPORAL_ADDRESS"} {
				if rest != name {
					require.Empty(t, e.Get(rest), "%s %s", place, rest)
				}
			}
			require.Equal(t, "stile_sk_dev", e.Get("STILE_API_KEY"))
		}
	}
}

func TestGivenFolderComesBeforeAll(t *testing.T) {
	t.Parallel()
	s := sources(t, map[string]string{"DATABASE_URL": "other"}, "STILE_LOOKUP_KEY=other\nSTILE_LOG_LEVEL=debug")
	folder(t, s)
	s.FolderGiven = true
	e, err := localenv.Read(s)
	require.NoError(t, err)
	require.Equal(t, "sqlite:dev", e.Get("DATABASE_URL"))
	require.Equal(t, "2", e.Get("STILE_LOOKUP_KEY"))
	require.Equal(t, "debug", e.Get("STILE_LOG_LEVEL"))
}

func TestFolderWithoutRunIsAnErrorIfGiven(t *testing.T) {
	t.Parallel()
	s := sources(t, nil, "")
	e, err := localenv.Read(s)
	require.NoError(t, err)
	require.Empty(t, e.Folder())
	s.FolderGiven = true
	_, err = localenv.Read(s)
	require.ErrorContains(t, err, "stile-dev has not run with the folder "+s.Folder)

	require.NoError(t, os.WriteFile(filepath.Join(s.Folder, "environment.json"), []byte("{"), 0o600))
	s.FolderGiven = false
	_, err = localenv.Read(s)
	require.ErrorContains(t, err, "environment.json")
}

func TestVariablesOfTheFolderAreReadableOnlyForTheirOwner(t *testing.T) {
	t.Parallel()
	s := sources(t, nil, "")
	folder(t, s)
	info, err := os.Stat(filepath.Join(s.Folder, "environment.json"))
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), info.Mode().Perm())
}

func TestFileThatIsNoFileIsAnError(t *testing.T) {
	t.Parallel()
	s := sources(t, nil, "")
	s.File = s.Folder
	_, err := localenv.Read(s)
	require.Error(t, err)
	s.File = filepath.Join(s.Folder, "large")
	require.NoError(t, os.WriteFile(s.File, make([]byte, 1<<20+1), 0o600))
	_, err = localenv.Read(s)
	require.ErrorContains(t, err, "is larger than")
}
