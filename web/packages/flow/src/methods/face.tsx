import type { Submission } from "@stile/client";
import { Notice } from "@stile/ui";
import { Series } from "../capture/series.tsx";
import { face, type Sent, type Shot } from "../capture/shot.ts";
import { adviceOf } from "../reason.tsx";
import type { MethodScreenProps } from "./registry.ts";

/** frames is how many pictures are taken, of which the server needs two that can be used. */
const frames = 5;

/** Selfie takes pictures of the face for `facial_age` and `selfie_match`, and says what to do better than before. */
export default function Selfie({ flow, view, method }: MethodScreenProps) {
  const title = method.method === "selfie_match" ? "face.title.selfie_match" : "face.title.facial_age";
  const shot: Shot = { ...face, title, help: "face.intro", frames };
  const submission = (sent: readonly Sent[]) => ({ frames: sent.map(({ id }) => ({ upload: id })) } as Submission);
  const advice = adviceOf(method);
  const note = advice && <Notice kind="info">{advice}</Notice>;
  return <Series flow={flow} view={view} method={method} shots={[shot]} submission={submission} note={note} />;
}
