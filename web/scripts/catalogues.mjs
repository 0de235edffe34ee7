// A Vite plugin: turns packages/i18n/locales/*.json (ICU messages by id) into modules of compiled messages, so that no
// parser is sent to the browser. With `?name` the module is the language's own name alone, which the page needs of
// every language; with `?lost` it is the texts that stand in where a catalogue did not arrive. A message that does not
// parse ends the build. The module `virtual:widget-texts` has the texts of the widget in all languages; they are plain
// and few enough to be sent together.
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { compileMessageOrThrow } from "@lingui/message-utils/compileMessage";

const folder = fileURLToPath(new URL("../packages/i18n/locales/", import.meta.url));
const widgetTexts = "virtual:widget-texts";
const ofWidget = ([key]) => key.startsWith("widget.");

/** pageOnly are the beginnings of the keys that only the hosted page shows. The npm package leaves them out. */
export const pageOnly = JSON.parse(readFileSync(`${folder}../src/page-only.json`, "utf8"));

/** ofMethods are the beginnings of the keys that the screens of methods alone show. */
const ofMethods = JSON.parse(readFileSync(`${folder}../src/of-methods.json`, "utf8"));
const methods = "?methods";

/** chunkName returns the name of a file with a part of the program, for the option chunkFileNames. */
export function chunkName({ facadeModuleId }) {
  return facadeModuleId?.endsWith(methods) ? "chunks/[name].methods.js" : "chunks/[name].js";
}

/** catalogues returns the plugin; `without` are the beginnings of keys to leave out. */
export function catalogues(without = []) {
  return {
    name: "stile-catalogues",
    enforce: "pre",
    resolveId: (id) => (id === widgetTexts ? `\0${id}` : null),
    load: (id) => (id === `\0${widgetTexts}` ? `export default ${JSON.stringify(textsOfWidget())};` : null),
    transform(code, id) {
      const [, tag, query] = /\/i18n\/locales\/([\w-]+)\.json(\?.*)?$/.exec(id) ?? [];
      if (!tag || query === "?raw") return null;
      const texts = JSON.parse(code);
      const plain = alone[query];
      const module = plain
        ? `export default ${JSON.stringify(plain(texts))};`
        : `export const groups = ${JSON.stringify(compiled(tag, texts, partOf(query, without)))};`;
      return { code: module, map: null, moduleType: "js" };
    },
  };
}

/** alone are the modules of few plain texts, by their queries. */
const alone = {
  "?name": (texts) => texts["language.name"],
  "?lost": (texts) => ({
    title: texts["problem.service.title"], text: texts["problem.service.text"], retry: texts["action.retry"],
  }),
};

/** partOf returns the function that reports whether a key belongs to the module with a query. */
function partOf(query, without) {
  const begins = (key, beginnings) => beginnings.some((beginning) => key.startsWith(beginning));
  if (query === methods) return (key) => begins(key, ofMethods);
  return (key) => !begins(key, [...without, ...ofMethods, "widget."]);
}

/** compiled returns messages by the first part of their keys, such as `reason.` or "", then by the rest. */
function compiled(tag, texts, isPart) {
  const groups = {};
  for (const [key, text] of Object.entries(texts).filter(([key]) => isPart(key))) {
    const group = key.slice(0, key.indexOf(".") + 1);
    try {
      (groups[group] ??= {})[key.slice(group.length)] = compileMessageOrThrow(text);
    } catch (error) {
      throw new Error(`${tag}.json: ${key}: ${error.message}`);
    }
  }
  return groups;
}

/** textsOfWidget returns the widget's texts by language, and by key without `widget.`. */
function textsOfWidget() {
  return Object.fromEntries(readdirSync(folder).filter((name) => name.endsWith(".json")).sort().map((name) => {
    const texts = Object.entries(JSON.parse(readFileSync(folder + name, "utf8"))).filter(ofWidget);
    const byKey = Object.fromEntries(texts.map(([key, text]) => [key.slice("widget.".length), text]));
    return [name.slice(0, -".json".length), byKey];
  }));
}
