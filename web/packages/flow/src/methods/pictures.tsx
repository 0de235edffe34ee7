import type { MethodView, Submission } from "@stile/client";
import { Series } from "../capture/series.tsx";
import { back, face, front, page, type Sent, type Shot } from "../capture/shot.ts";
import type { MethodScreenProps } from "./registry.ts";

/** shotsOf returns the pictures that a method asks for, in order. */
function shotsOf({ method, document_types: documents }: MethodView): Shot[] {
  if (method !== "document_capture") return [face];
  const passports = documents.length > 0 && documents.every((one) => one === "PASSPORT");
  return passports ? [page] : [front, { ...back, optional: true }];
}

/** Pictures takes the pictures for a method that a provider judges. */
export default function Pictures({ flow, view, method }: MethodScreenProps) {
  const submission = (pictures: readonly Sent[]) => submissionOf(method.input?.fields ?? [], pictures);
  return <Series flow={flow} view={view} method={method} shots={shotsOf(method)} submission={submission} />;
}

/** submissionOf fills in the members of a method's submission: the ids of the uploads, and the side that each shows. */
function submissionOf(fields: readonly { name: string; type: string }[], sent: readonly Sent[]): Submission {
  const ids = sent.map((one) => one.id);
  const pictures = sent.map(({ id, name, source }) => ({ upload: id, shows: name, source }));
  const members = fields.flatMap(({ name, type }): [string, unknown][] => {
    if (type === "uploads") return [[name, ids]];
    if (type === "upload") return [[name, ids[0]]];
    return type === "object" ? [[name, { pictures }]] : [];
  });
  return Object.fromEntries(members) as Submission;
}
