import assert from "node:assert/strict";
import { test } from "node:test";
import { compileMessageOrThrow } from "@lingui/message-utils/compileMessage";
import reasons from "../../../../docs/reason-codes.md?raw";
import ofMethods from "./of-methods.json";
import pageOnly from "./page-only.json";

type Cases = Record<string, Token[]>;
/** Token is a part of a compiled message: a text, or a placeholder with its type and the cases of a plural. */
type Token = string | [name: string, type?: string, cases?: Cases];

const texts = import.meta.glob<string>("../locales/*.json", { query: "?raw", import: "default", eager: true });
const files = Object.entries(
  import.meta.glob<string>("../../*/src/**/*.{ts,tsx}", { query: "?raw", import: "default", eager: true }),
).filter(([path]) => !path.includes(".test."));
const sources = files.map(([, source]) => source).join("\n");

/** sameAsEnglish are the messages that are the same word in another language. */
const sameAsEnglish: Record<string, readonly string[]> = {
  "method.mid": ["de"],
  "method.selfie_liveness": ["de", "fr", "it", "pt"],
};

const languages = Object.entries(texts).map(([path, json]) => {
  const raw = JSON.parse(json) as Record<string, string>;
  const messages = Object.fromEntries(Object.entries(raw).map(([key, text]) => [key, parsed(path, key, text)]));
  return { tag: path.slice(path.lastIndexOf("/") + 1, -".json".length), json, raw, messages };
});
const english = languages.find((one) => one.tag === "en")!;

function parsed(path: string, key: string, text: string): Token[] {
  try {
    return compileMessageOrThrow(text) as Token[];
  } catch (error) {
    throw new Error(`${path}: ${key} does not parse`, { cause: error });
  }
}

function isPlaceholder(token: Token): token is Exclude<Token, string> {
  return typeof token !== "string";
}

/** flatten returns all tokens of a message, with those inside of plurals. */
function flatten(tokens: Token[]): Token[] {
  return tokens.flatMap((token) => [token, ...branches(token).flatMap(([, inner]) => flatten(inner))]);
}

/** branches returns the cases of a plural by their names: categories such as `one`, and exact numbers such as `0`. */
function branches(token: Token): [string, Token[]][] {
  if (!isPlaceholder(token) || token[1] !== "plural") return [];
  return Object.entries(token[2]!).filter(([name]) => name !== "offset");
}

/** placeholders returns the placeholders of a message with their types, each once. */
function placeholders(tokens: Token[]): string[] {
  const all = flatten(tokens).filter(isPlaceholder).map(([name, type]) => `${name} ${type ?? "text"}`);
  return [...new Set(all)].sort();
}

/** exact returns the numbers for which English has a text of its own. */
function exact(key: string): string[] {
  return english.messages[key]!.flatMap(branches).map(([name]) => name).filter((name) => /^\d+$/.test(name));
}

test("the catalogues are those of the page's languages", () => {
  const tags = languages.map((one) => one.tag);
  for (const tag of ["ar", "de", "en", "es", "fr", "it", "ja", "pt"]) assert.ok(tags.includes(tag), tag);
});

for (const { tag, json, raw, messages } of languages) {
  test(`${tag}: the file is named by a canonical language tag that Intl knows`, () => {
    assert.deepEqual(Intl.getCanonicalLocales(tag), [tag]);
    assert.deepEqual(Intl.PluralRules.supportedLocalesOf([tag]), [tag]);
  });

  test(`${tag}: has the keys of English, in their order, each once and on a line of its own`, () => {
    const keys = [...json.matchAll(/^  "([\w.]+)": "/gm)].map(([, key]) => key);
    assert.deepEqual(keys, Object.keys(english.raw));
  });

  test(`${tag}: no message is empty or has stray spaces`, () => {
    for (const [key, text] of Object.entries(raw)) assert.ok(text && text === text.trim() && !text.includes("  "), key);
  });

  test(`${tag}: every message has the placeholders of English`, () => {
    for (const key of Object.keys(english.messages)) {
      assert.deepEqual(placeholders(messages[key]!), placeholders(english.messages[key]!), key);
    }
  });

  test(`${tag}: every plural has the forms of the language`, () => {
    const categories = new Intl.PluralRules(tag).resolvedOptions().pluralCategories;
    for (const key of Object.keys(english.messages)) {
      for (const plural of messages[key]!.filter((token) => branches(token).length > 0)) {
        const zero = categories.includes("zero"); // the form of the language stands for English's exact 0
        const want = [...categories, ...exact(key).filter((number) => !(zero && number === "0"))];
        assert.deepEqual(branches(plural).map(([name]) => name).sort(), want.sort(), key);
      }
    }
  });

  test(`${tag}: a plural gives the number in its general form`, () => {
    for (const [key, tokens] of Object.entries(messages)) {
      const general = tokens.flatMap(branches).filter(([name]) => name === "other");
      for (const [, inner] of general) assert.ok(inner.includes("#"), key);
    }
  });

  if (tag === "en") continue;
  test(`${tag}: no message is left in English`, () => {
    const same = Object.keys(raw).filter((key) => raw[key] === english.raw[key]);
    assert.deepEqual(same, Object.keys(sameAsEnglish).filter((key) => sameAsEnglish[key]!.includes(tag)));
  });
}

test("every reason code has the message of its documentation", () => {
  const documented = Object.fromEntries(
    [...reasons.matchAll(/^\| `([a-z_]+)` \| `[a-z_]+` \| ([^|]+) \|/gm)]
      .map(([, code, message]) => [`reason.${code}`, message]),
  );
  const keys = Object.keys(english.raw).filter((key) => key.startsWith("reason.") && key !== "reason.other");
  assert.ok(keys.length > 0);
  assert.deepEqual(Object.fromEntries(keys.map((key) => [key, english.raw[key]])), documented);
});

test("every message is used", () => {
  const computed = [...sources.matchAll(/`([\w.]+)\$\{[\w.]+\}([\w.]*)`/g)].map(([, before, after]) => [before, after]);
  const unused = Object.keys(english.raw).filter((key) => {
    if (key === "language.name" || key.startsWith("widget.") || sources.includes(`"${key}"`)) return false;
    return !computed.some(([before, after]) => key.startsWith(before!) && key.endsWith(after!));
  });
  assert.deepEqual(unused, []);
});

/** usersOf returns the files that show messages whose keys have one of the beginnings. */
function usersOf(beginnings: readonly string[]): string[] {
  const shows = (source: string, key: string) => source.includes(`"${key}`) || source.includes(`\`${key}`);
  return files.filter(([, source]) => beginnings.some((key) => shows(source, key))).map(([path]) => path);
}

test("the messages of methods' screens are shown by these alone, which load them", () => {
  const others = usersOf(ofMethods).filter((path) => !/^\.\.\/\.\.\/flow\/src\/(capture|methods)\//.test(path));
  assert.deepEqual(others, []);
});

test("the messages that the npm package leaves out are shown by the page alone", () => {
  const users = usersOf(pageOnly).filter((path) => !path.startsWith("../../page/"));
  assert.deepEqual(users, ["../../flow/src/landing.tsx"], "the widget has no part of it");
});
