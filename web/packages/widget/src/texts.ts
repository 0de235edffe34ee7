import catalogues, { type Key } from "virtual:widget-texts";

/** Texts returns a text in one language. */
export type Texts = (key: Key) => string;

/** textsOf returns the texts of the first language that has any: the wanted one, the page's, else English. */
export function textsOf(wanted: string | null | undefined): Texts {
  const found = [wanted, document.documentElement.lang].flatMap((tag) => (tag ? [tag, tag.split("-")[0]!] : []))
    .map((tag) => Object.keys(catalogues).find((one) => one.toLowerCase() === tag.toLowerCase()))
    .find((one) => one !== undefined);
  return (key) => catalogues[found ?? "en"]?.[key] ?? catalogues["en"]?.[key] ?? "";
}
