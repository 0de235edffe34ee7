import { setupI18n } from "@lingui/core";
import type english from "../locales/en.json";
import { direction, regional, tagOf } from "./languages.ts";

export { direction, locales, nameOf, negotiate } from "./languages.ts";

/** Key is the id of a message. */
export type Key = keyof typeof english;
type Values = Record<string, string | number>;

/** Groups are compiled messages by the first part of their keys, such as `reason.` or "", then by the rest. */
type Groups = Record<string, Record<string, unknown>>;

type Load = () => Promise<{ groups: Groups }>;

/** common and ofMethods load the two parts of a catalogue: that of each visit, and that of the methods' screens. */
const common = byTag(import.meta.glob<{ groups: Groups }>("../locales/*.json"));
const ofMethods = byTag(import.meta.glob<{ groups: Groups }>("../locales/*.json", { query: "?methods" }));

const i18n = setupI18n();
const listeners = new Set<() => void>();
let latest = "";
/** whole means that the messages of the methods' screens are wanted, too. */
let whole = false;
let activation: Promise<void> = Promise.resolve();

function byTag(loaders: Record<string, Load>): Map<string, Load> {
  return new Map(Object.entries(loaders).map(([path, load]) => [tagOf(path), load]));
}

/** locale returns the active language; "" before the first activation. */
export function locale(): string {
  return i18n.locale;
}

/**
 * activate loads the catalogue of a language and makes it the active one, unless another one was asked for meanwhile.
 * The user's preferred tags give the region by which dates and numbers are written.
 */
export function activate(
  wanted: string,
  preferred: readonly string[] = globalThis.navigator?.languages ?? [],
): Promise<void> {
  return (activation = turnTo(wanted, preferred));
}

async function turnTo(wanted: string, preferred: readonly string[]): Promise<void> {
  if (!common.has(wanted)) throw new Error(`There is no catalogue for ${wanted}`);
  latest = wanted;
  const parts = await Promise.all((whole ? [common, ofMethods] : [common]).map((part) => part.get(wanted)!()));
  if (latest !== wanted) return;
  const messages = Object.assign({}, ...parts.map(byKey));
  i18n.loadAndActivate({ locale: wanted, locales: regional(wanted, preferred), messages });
  for (const tell of listeners) tell();
}

/** loadMethods loads the messages of the methods' screens, for the active language and for those that follow. */
export async function loadMethods(): Promise<void> {
  whole = true;
  await activation.catch(() => undefined); // it may have begun without them
  const tag = locale();
  i18n.load(tag, byKey(await ofMethods.get(tag)!()) as never);
}

function byKey({ groups }: { groups: Groups }): Record<string, unknown> {
  return Object.fromEntries(Object.entries(groups).flatMap(([group, messages]) =>
    Object.entries(messages).map(([rest, message]) => [group + rest, message])));
}

/** onLocale calls `tell` after each change of the language. It returns the function that ends this. */
export function onLocale(tell: () => void): () => void {
  listeners.add(tell);
  return () => listeners.delete(tell);
}

/** t returns a message in the active language. */
export function t(key: Key, values: Values = {}): string {
  return i18n._(key, Object.fromEntries(Object.entries(values).map(([name, value]) => [name, isolated(value)])));
}

/** tOr returns the message of a key that may be unknown, such as that of a new reason code, or else the fallback. */
export function tOr(key: string, fallback: string): string {
  return key in i18n.messages ? i18n._(key) : fallback;
}

/**
 * isolated returns a value that does not disturb the order of the text around it: a text that may run in the other
 * direction, such as a merchant's name in Arabic, gets Unicode's marks of isolation.
 */
function isolated(value: string | number): string | number {
  if (typeof value === "number") return value;
  const mixed = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]/.test(value) || direction(i18n.locale || "en") === "rtl";
  return mixed ? `\u2068${value}\u2069` : value;
}

/** formats returns the tag by which dates and numbers are written: the active language, with the user's region. */
function formats(): string {
  const tags = i18n.locales ?? i18n.locale;
  return (typeof tags === "string" ? tags : tags[0]) || "en";
}

/** clock returns a duration as minutes and seconds, such as 4:05. */
export function clock(seconds: number): string {
  const minutes = new Intl.NumberFormat(formats(), { useGrouping: false });
  const rest = new Intl.NumberFormat(formats(), { minimumIntegerDigits: 2 });
  return `${minutes.format(Math.floor(seconds / 60))}:${rest.format(seconds % 60)}`;
}

/** anyOf returns numbers or names as alternatives, such as "18 or 21". */
export function anyOf(items: readonly (number | string)[]): string {
  const numbers = new Intl.NumberFormat(formats());
  const written = items.map((one) => (typeof one === "number" ? numbers.format(one) : one));
  return new Intl.ListFormat(formats(), { type: "disjunction" }).format(written);
}

/** DateField is one field of a date. */
export type DateField = "day" | "month" | "year";

/** dateFields returns the fields of a date in the order in which the language writes them. */
export function dateFields(): DateField[] {
  const parts = dates().formatToParts(new Date(0)).map((part) => part.type);
  return parts.filter((part): part is DateField => part === "day" || part === "month" || part === "year");
}

/** shortDate returns a day in figures as the language writes it. */
export function shortDate(day: Date): string {
  return dates().format(day);
}

/** longDate returns the day of a moment as the language writes it, where the user is. */
export function longDate(moment: Date): string {
  return new Intl.DateTimeFormat(formats(), { calendar: "gregory", dateStyle: "long" }).format(moment);
}

/** dates writes dates of the Gregorian calendar, as documents have them, also where another one is in use. */
function dates(): Intl.DateTimeFormat {
  return new Intl.DateTimeFormat(formats(), { calendar: "gregory", timeZone: "UTC" });
}
