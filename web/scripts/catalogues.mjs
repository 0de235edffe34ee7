// A Vite plugin: turns packages/i18n/locales/*.json (ICU messages by id) into modules of compiled messages, so that no
// parser is sent to the browser.
import { compileMessage } from "@lingui/message-utils/compileMessage";

export function catalogues() {
  return {
    name: "stile-catalogues",
    enforce: "pre",
    transform(code, id) {
      if (!/\/i18n\/locales\/[\w-]+\.json(\?|$)/.test(id)) return null;
      const messages = Object.fromEntries(
        Object.entries(JSON.parse(code)).map(([key, text]) => [key, compileMessage(text)]),
      );
      return { code: `export const messages = ${JSON.stringify(messages)};`, map: null, moduleType: "js" };
    },
  };
}
