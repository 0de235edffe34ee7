import { setupI18n } from "@lingui/core";
import type english from "../locales/en.json";

/** Key is the id of a message. */
export type Key = keyof typeof english;
type Values = Record<string, string | number>;

const loaders = import.meta.glob<{ messages: Record<string, unknown> }>("../locales/*.json");

/** locales are the languages of the page, as BCP 47 tags, in alphabetical order. */
export const locales: readonly string[] = Object.keys(loaders)
  .map((path) => path.slice(path.lastIndexOf("/") + 1, -".json".length))
  .sort();

const i18n = setupI18n();
const listeners = new Set<() => void>();

/** locale returns the active language; "" before the first activation. */
export function locale(): string {
  return i18n.locale;
}

/** activate loads the catalogue of a language and makes it the active one. */
export async function activate(wanted: string): Promise<void> {
  const load = loaders[`../locales/${wanted}.json`];
  if (!load) throw new Error(`There is no catalogue for ${wanted}`);
  const { messages } = await load();
  i18n.loadAndActivate({ locale: wanted, messages: messages as never });
  for (const tell of listeners) tell();
}

/** onLocale calls `tell` after each change of the language. It returns the function that ends this. */
export function onLocale(tell: () => void): () => void {
  listeners.add(tell);
  return () => listeners.delete(tell);
}

/** t returns a message in the active language. */
export function t(key: Key, values: Values = {}): string {
  return i18n._(key, values);
}

/** tOr returns the message of a key that may be unknown, such as that of a new reason code, or else the fallback. */
export function tOr(key: string, fallback: string): string {
  return key in i18n.messages ? i18n._(key) : fallback;
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

/** direction returns the direction of a language's script. */
export function direction(of: string): "ltr" | "rtl" {
  return /^(ar|fa|he|ur)\b/.test(of) ? "rtl" : "ltr";
}
