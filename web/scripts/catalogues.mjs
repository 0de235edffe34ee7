// A Vite plugin: turns packages/i18n/locales/*.json (ICU messages by id) into modules of compiled messages, so that no
// parser is sent to the browser. With `?name` the module is the language's own name alone, which the page needs of
// every language. A message that does not parse ends the build.
import { compileMessageOrThrow } from "@lingui/message-utils/compileMessage";

export function catalogues() {
  return {
    name: "stile-catalogues",
    enforce: "pre",
    transform(code, id) {
      const [, tag, query] = /\/i18n\/locales\/([\w-]+)\.json(\?.*)?$/.exec(id) ?? [];
      if (!tag || query === "?raw") return null;
      const texts = JSON.parse(code);
      const module = query === "?name"
        ? `export default ${JSON.stringify(texts["language.name"])};`
        : `export const messages = ${JSON.stringify(compiled(tag, texts))};`;
      return { code: module, map: null, moduleType: "js" };
    },
  };
}

function compiled(tag, texts) {
  return Object.fromEntries(Object.entries(texts).map(([key, text]) => {
    try {
      return [key, compileMessageOrThrow(text)];
    } catch (error) {
      throw new Error(`${tag}.json: ${key}: ${error.message}`);
    }
  }));
}
