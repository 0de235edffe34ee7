import type { MethodView } from "@stile/client";
import { back, front, page, type Shot } from "../capture/shot.ts";

/** typesOf returns the types of documents to choose from: those of the method that the workflow accepts. */
export function typesOf({ input, document_types: accepted }: MethodView): string[] {
  const choices = input?.fields.find(({ name }) => name === "document_type")?.choices ?? [];
  const offered = choices.map(({ value }) => value);
  return accepted.length > 0 ? offered.filter((one) => accepted.some((other) => other === one)) : offered;
}

/**
 * shotsOf returns the pictures of a document. North American licences and ID cards have a barcode on the back; licences
 * of other countries may have one.
 */
export function shotsOf(type: string | null, place: string | null): Shot[] {
  switch (type) {
    case "PASSPORT":
      return [page];
    case "DRIVERS_LICENSE":
      return [front, { ...back, barcode: true }];
    case "ID_CARD":
      return [front, { ...back, barcode: /^(US|CA)\b/.test(place ?? "") }];
    case "RESIDENCE_PERMIT":
      return [front, back];
    default: // a health card, or one of a type that the method does not ask for
      return [front, { ...back, optional: true }];
  }
}

/** againOf returns the pictures that a verdict with these reasons asks for; null if it asks for all of them. */
export function againOf(reasons: readonly string[]): Shot["name"][] | null {
  const back = reasons.includes("document_back_needed") || reasons[0] === "barcode_unreadable";
  return back ? ["back"] : null;
}
