import { locale, locales, nameOf, t } from "@stile/i18n";
import { useLocale } from "@stile/flow/hooks.ts";
import type { ComponentChildren } from "preact";
import { choose } from "./language.ts";

/** Frame is the surroundings of every screen of the hosted page. */
export function Frame(given: { children: ComponentChildren }) {
  useLocale();
  return (
    <>
      <main>{given.children}</main>
      <footer>
        <label class="language">
          <span>{t("action.language")}</span>
          <select value={locale()} onChange={(event) => void change(event.currentTarget)}>
            {locales.map((one) => <option key={one} value={one} lang={one}>{nameOf(one)}</option>)}
          </select>
        </label>
      </footer>
    </>
  );
}

/** change makes the selected language the page's. The list then shows the active one, also if the change failed. */
async function change(list: HTMLSelectElement): Promise<void> {
  await choose(list.value);
  list.value = locale();
}
