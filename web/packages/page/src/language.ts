import { activate, direction, locale, negotiate } from "@stile/i18n";

const key = "stile:locale";
const asked = new URLSearchParams(location.search).get("locale");

/**
 * wanted returns the best language: the user's choice on this page, else that of the address, else that of the session,
 * once the page knows it, else the browser's.
 */
export function wanted(session: string | null = null): string {
  return negotiate([chosen(), asked, session, ...navigator.languages]);
}

/** speak makes the best language the active one. */
export async function speak(session: string | null = null): Promise<void> {
  const best = wanted(session);
  if (best !== locale()) await activate(best);
}

/** writeIn tells the browser in which language, and so in which direction, the document is written. */
export function writeIn(tag: string): void {
  document.documentElement.lang = tag;
  document.documentElement.dir = direction(tag);
}

/** choose makes the user's choice the active language, and keeps it over a reload. Offline the present one stays. */
export async function choose(tag: string): Promise<void> {
  try {
    await activate(tag);
    sessionStorage.setItem(key, tag);
  } catch {
    // The catalogue did not arrive, or the browser blocks storage: then the choice lasts until a reload.
  }
}

function chosen(): string | null {
  try {
    return sessionStorage.getItem(key);
  } catch {
    return null;
  }
}
