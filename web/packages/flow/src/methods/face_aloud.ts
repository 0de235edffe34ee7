import { locale } from "@stile/i18n";

const key = "stile.aloud";

/** speaks reports whether the browser can read a text aloud. */
export function speaks(): boolean {
  return "speechSynthesis" in globalThis;
}

/** wantsAloud reports whether instructions are read aloud: yes, unless the user has turned it off on this device. */
export function wantsAloud(): boolean {
  try {
    return localStorage.getItem(key) !== "off";
  } catch {
    return true;
  }
}

/** keepAloud keeps the user's choice on this device. */
export function keepAloud(on: boolean): void {
  try {
    localStorage.setItem(key, on ? "on" : "off");
  } catch {
    // The browser keeps nothing: the choice lasts until the page is closed.
  }
  if (!on) hush();
}

/** say reads a text aloud in the language of the page, in place of the one before. */
export function say(text: string): void {
  if (!speaks()) return;
  hush();
  const words = new SpeechSynthesisUtterance(text);
  words.lang = locale();
  speechSynthesis.speak(words);
}

/** hush ends the text that is read aloud. */
export function hush(): void {
  if (speaks()) speechSynthesis.cancel();
}
