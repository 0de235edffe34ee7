import { activate, locale, locales, nameOf, t } from "@stile/i18n";
import { useLocale } from "@stile/flow/hooks.ts";
import type { ComponentChildren } from "preact";

/** Frame is what surrounds every screen of the hosted page. */
export function Frame(given: { children: ComponentChildren }) {
  useLocale();
  return (
    <>
      <main>{given.children}</main>
      <footer>
        <label class="language">
          <span>{t("action.language")}</span>
          <select value={locale()} onChange={(event) => void activate(event.currentTarget.value)}>
            {locales.map((one) => <option key={one} value={one} lang={one}>{nameOf(one)}</option>)}
          </select>
        </label>
      </footer>
    </>
  );
}
