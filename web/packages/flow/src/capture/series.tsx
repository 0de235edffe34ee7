import type { Method, MethodView, Submission, View } from "@stile/client";
import { anyOf, t } from "@stile/i18n";
import { Button, Notice, Panel } from "@stile/ui";
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import type { Flow } from "../flow.ts";
import { Full, RefusedError, send, Sending, shareOf } from "./sending.tsx";
import { formatsOf, typesOf, type Picture, type Sent, type Shot } from "./shot.ts";
import { Taking } from "./taking.tsx";

interface SeriesProps {
  flow: Flow;
  view: View;
  method: MethodView;
  /** shots are the pictures to take, in order. */
  shots: readonly Shot[];
  /** kept are pictures that the user has taken already. */
  kept?: readonly Picture[];
  /** submission returns the submission of pictures that have arrived. */
  submission: (pictures: readonly Sent[]) => Submission;
  /** sending is told the pictures before they are submitted. */
  sending?: (pictures: readonly Picture[]) => void;
  /** note stands above the first picture that is taken. */
  note?: ComponentChildren;
  /** children are further actions below the camera. */
  children?: ComponentChildren;
}

/** Series takes the pictures of a method one after another, and sends them. */
export function Series(given: SeriesProps) {
  const { flow, view, method, shots } = given;
  const begin = ({ name, source, blob }: Picture): Sent => ({
    name, source, blob, upload: flow.client.upload(method.method as Method, blob),
  });
  const [pictures, setPictures] = useState(() => (given.kept ?? []).map(begin));
  const [left, setLeft] = useState<Shot["name"] | null>(null);
  const [refused, setRefused] = useState(false);
  const [full, setFull] = useState(false);
  const [automatic, setAutomatic] = useState(true);
  const [sent, setSent] = useState(0);
  const shot = shots.find(({ name }) => name !== left && !pictures.some((one) => one.name === name));

  async function deliver(): Promise<boolean> {
    given.sending?.(pictures);
    try {
      return await send(flow, method.method as Method, pictures, given.submission, () => setSent(shareOf(pictures)));
    } catch (error) {
      if (!(error instanceof RefusedError)) throw error;
      if (error.cause.code === "upload_limit_reached") setFull(true);
      else {
        setPictures(pictures.filter(({ name }) => !error.names.includes(name)));
        setRefused(true);
      }
      return true; // another screen takes the place of this one
    }
  }
  if (full) return <Full flow={flow} view={view} />;
  if (!shot) return <Sending flow={flow} sent={sent} deliver={deliver} />;
  const take = (taken: readonly Picture[]) => {
    setRefused(false);
    const all = [...pictures, ...taken.map(begin)];
    setPictures(shots.flatMap(({ name }) => all.filter((one) => one.name === name)));
  };
  return (
    <Panel key={shot.name} name={`capture-${shot.name}`} title={t(shot.title)}>
      {refused && (
        <Notice kind="error">
          {t("capture.refused", { formats: anyOf(formatsOf(typesOf(method, shot.name))) })}
        </Notice>
      )}
      {given.note}
      <Taking
        flow={flow}
        method={method}
        shot={shot}
        automatic={automatic}
        onAutomatic={setAutomatic}
        onTaken={take}
      />
      {shot.optional && <Button onPress={() => setLeft(shot.name)}>{t("capture.no_back")}</Button>}
      {given.children}
    </Panel>
  );
}
