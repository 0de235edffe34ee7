const names = import.meta.glob<string>("../locales/*.json", { query: "?name", import: "default", eager: true });

/** tagOf returns the language of a catalogue, which is the name of its file. */
export function tagOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1, path.lastIndexOf(".json"));
}

const named = new Map(Object.entries(names).map(([path, name]) => [tagOf(path), name]));

/** locales are the languages of the page, as BCP 47 tags, in alphabetical order. */
export const locales: readonly string[] = [...named.keys()].sort();

/** nameOf returns the name of a language in that language. */
export function nameOf(tag: string): string {
  return named.get(tag) ?? tag;
}

/** negotiate returns the first wanted language that the page has, in its own or its base form; else English. */
export function negotiate(wanted: readonly (string | null | undefined)[], known: readonly string[] = locales): string {
  for (const tag of wanted) {
    const parts = (tag ?? "").toLowerCase().split("-");
    for (let length = parts.length; length > 0; length--) {
      const found = known.find((one) => one.toLowerCase() === parts.slice(0, length).join("-"));
      if (found) return found;
    }
  }
  return "en";
}

/**
 * regional returns the first preferred tag of a language, such as `en-GB` for `en`: dates and numbers are written as in
 * that region. It returns the language itself if no preferred tag is of that language.
 */
export function regional(language: string, preferred: readonly string[]): string {
  return preferred.find((tag) => tag === language || tag.startsWith(`${language}-`)) ?? language;
}

/** rtlScripts are the scripts in use that are written from right to left, by their ISO 15924 codes. */
const rtlScripts: readonly string[] = [
  "Adlm", "Arab", "Aran", "Hebr", "Mand", "Mend", "Nkoo", "Rohg", "Samr", "Syrc", "Thaa", "Yezi",
];

/**
 * direction returns the direction of a language's script. It does not ask the browser: Intl.Locale's text information
 * is missing in Firefox, and Chromium's calls Dhivehi and Azerbaijani in Arabic letters left-to-right.
 */
export function direction(tag: string): "ltr" | "rtl" {
  return rtlScripts.includes(new Intl.Locale(tag).maximize().script ?? "") ? "rtl" : "ltr";
}
