import { tagOf } from "./languages.ts";

/** LostTexts are the plain texts of the screen for a part of the page that did not arrive. */
export interface LostTexts {
  title: string;
  text: string;
  retry: string;
}

const texts = import.meta.glob<LostTexts>("../locales/*.json", { query: "?lost", import: "default", eager: true });
const byTag = new Map(Object.entries(texts).map(([path, lost]) => [tagOf(path), lost]));

/** lostTexts returns the texts in a language of the page. They are there before any catalogue. */
export function lostTexts(tag: string): LostTexts {
  return byTag.get(tag)!;
}
