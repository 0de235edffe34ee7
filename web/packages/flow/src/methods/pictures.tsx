import { ApiError, type FileUpload, type Method, type MethodView, type Submission, type View } from "@stile/client";
import { t, type Key } from "@stile/i18n";
import { Actions, Button, Notice, Panel } from "@stile/ui";
import { useEffect, useRef, useState } from "preact/hooks";
import type { CameraFault, Facing } from "../capture/camera.ts";
import type { Guide } from "../capture/sample.ts";
import { Automatic, Viewfinder } from "../capture/viewfinder.tsx";
import type { Flow } from "../flow.ts";
import { usable } from "../model.ts";
import type { MethodScreenProps } from "./registry.ts";

/** Shot is one picture that a method asks for. */
interface Shot {
  name: "front" | "back" | "face";
  facing: Facing;
  guide: Guide;
  title: Key;
  help: Key;
}

/** Taken is a picture that the user has accepted. */
interface Taken {
  name: Shot["name"];
  source: "camera" | "file";
  upload: FileUpload;
  id?: string;
}

/** resumeMs is the pause before the pictures are sent again after a fault. */
const resumeMs = 3000;

const front: Shot = {
  name: "front", facing: "environment", guide: "card", title: "capture.front", help: "capture.guide.document",
};
const back: Shot = { ...front, name: "back", title: "capture.back" };
const face: Shot = { name: "face", facing: "user", guide: "face", title: "capture.face", help: "capture.guide.face" };

/** shotsOf returns the pictures that a method asks for, in order. */
function shotsOf({ method, document_types: documents }: MethodView): Shot[] {
  if (method !== "document_capture") return [face];
  const passports = documents.length > 0 && documents.every((one) => one === "PASSPORT");
  return passports ? [{ ...front, guide: "page" }] : [front, back];
}

/** Pictures takes the pictures of a method with uploads in its submission, and sends them. */
export default function Pictures({ flow, view, method }: MethodScreenProps) {
  const [taken, setTaken] = useState<Taken[]>([]);
  const [done, setDone] = useState(false);
  const [refused, setRefused] = useState(false);
  const [full, setFull] = useState(false);
  const [automatic, setAutomatic] = useState(true);
  const [sent, setSent] = useState(0);
  const shots = shotsOf(method);
  const shot = done ? undefined : shots[taken.length];
  async function deliver(): Promise<void> {
    try {
      await send(flow, method, taken, () => setSent(shareOf(taken)));
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (error.code === "upload_limit_reached") return setFull(true);
      setTaken([]);
      setDone(false);
      setRefused(true);
    }
  }
  useEffect(() => {
    if (!shot) void deliver();
  }, [!shot]);
  if (full) return <Full flow={flow} view={view} />;
  if (!shot) return <Sending flow={flow} sent={sent} again={deliver} />;
  const take = (picture: Blob, source: Taken["source"]) => {
    setTaken([...taken, { name: shot.name, source, upload: flow.client.upload(method.method as Method, picture) }]);
  };
  return (
    <Panel key={shot.name} name={`capture-${shot.name}`} title={t(shot.title)}>
      {refused && taken.length === 0 && <Notice kind="error">{t("capture.refused")}</Notice>}
      <Taking
        flow={flow}
        method={method}
        shot={shot}
        automatic={automatic}
        onAutomatic={setAutomatic}
        onTaken={take}
      />
      {shot.name === "back" && <Button onPress={() => setDone(true)}>{t("capture.no_back")}</Button>}
    </Panel>
  );
}

/** Taking leads from the tap that starts the camera, or from a file, to a picture that the user accepts. */
function Taking(given: {
  flow: Flow;
  method: MethodView;
  shot: Shot;
  automatic: boolean;
  onAutomatic: (automatic: boolean) => void;
  onTaken: (picture: Blob, source: Taken["source"]) => void;
}) {
  const [step, setStep] = useState<"ready" | "camera">("ready");
  const [picture, setPicture] = useState<Blob | null>(null);
  const [retake, setRetake] = useState(false);
  const [fault, setFault] = useState<CameraFault | null>(null);
  const { automatic, onAutomatic } = given;
  function failed(found: CameraFault): void {
    setFault(found);
    setStep("ready");
    void given.flow.act(() => given.flow.client.report("camera_failed"));
  }
  if (picture) {
    const again = () => {
      setRetake(true);
      setPicture(null);
    };
    return <Review picture={picture} use={() => given.onTaken(picture, "camera")} retake={again} />;
  }
  if (step === "camera") {
    return (
      <>
        <p>{t(given.shot.help)}</p>
        <Viewfinder
          facing={given.shot.facing}
          guide={given.shot.guide}
          automatic={automatic}
          onAutomatic={onAutomatic}
          retake={retake}
          onPicture={setPicture}
          onFault={failed}
        />
      </>
    );
  }
  const sources = given.method.input?.uploads?.sources ?? [];
  return (
    <Actions>
      <p>{t(given.shot.help)}</p>
      {fault && <Notice kind="error">{t(`capture.fault.${fault}`)}</Notice>}
      {sources.includes("camera") && <Automatic on={automatic} onChange={onAutomatic} />}
      {sources.includes("camera") && (
        <Button
          kind="primary"
          onPress={() => {
            setFault(null);
            setStep("camera");
          }}
        >
          {t(fault ? "action.retry" : "capture.start")}
        </Button>
      )}
      {sources.includes("file") && <FileChoice onFile={(file) => given.onTaken(file, "file")} />}
    </Actions>
  );
}

/** Review shows a picture that was taken. Its text takes the focus, so that a screen reader tells that there is one. */
function Review({ picture, use, retake }: { picture: Blob; use: () => void; retake: () => void }) {
  const [url] = useState(() => URL.createObjectURL(picture));
  const text = useRef<HTMLParagraphElement>(null);
  useEffect(() => {
    text.current?.focus({ preventScroll: true });
    return () => URL.revokeObjectURL(url);
  }, []);
  return (
    <>
      <p tabIndex={-1} ref={text}>{t("capture.taken")}</p>
      <img class="taken" src={url} alt={t("capture.preview")} />
      <Actions>
        <Button kind="primary" onPress={use}>{t("capture.use")}</Button>
        <Button onPress={retake}>{t("capture.retake")}</Button>
      </Actions>
    </>
  );
}

function FileChoice({ onFile }: { onFile: (file: File) => void }) {
  return (
    <label class="button button-plain file">
      <span>{t("capture.file")}</span>
      <input
        type="file"
        accept="image/jpeg,image/png,image/webp,image/heic"
        onChange={(event) => {
          const file = event.currentTarget.files?.[0];
          if (file) onFile(file);
        }}
      />
    </label>
  );
}

/**
 * Sending shows how much of the pictures has arrived, or why they are not on their way. It goes on by itself after a
 * fault, and at once when the connection is back.
 */
function Sending({ flow, sent, again }: { flow: Flow; sent: number; again: () => Promise<void> }) {
  const { trouble, busy } = flow.model;
  const failed = useRef(false);
  useEffect(() => {
    failed.current ||= trouble !== null;
    if (busy || !failed.current) return;
    const timer = setTimeout(() => {
      failed.current = false;
      void again();
    }, trouble ? resumeMs : 0);
    return () => clearTimeout(timer);
  }, [trouble, busy]);
  return (
    <Panel name="capture-sending" title={t("capture.sending")} icon="wait">
      <progress class="progress" value={sent} aria-label={t("capture.sending")} />
      {trouble && (
        <Actions>
          <Button kind="primary" busy={busy} onPress={() => void again()}>
            {t("action.retry")}
          </Button>
        </Actions>
      )}
    </Panel>
  );
}

/** Full says that the attempt takes no more pictures, and leads to another method or to the end. */
function Full({ flow, view }: { flow: Flow; view: View }) {
  const others = usable(view).length > 1;
  const leave = () => (others ? flow.navigate({ method: null }) : void flow.act(() => flow.client.cancel()));
  return (
    <Panel name="capture-full" title={t("capture.full")} icon="stop">
      <p>{t("capture.full.text")}</p>
      <Actions>
        <Button kind="primary" busy={flow.model.busy} onPress={leave}>
          {t(others ? "action.another_method" : "action.cancel")}
        </Button>
      </Actions>
    </Panel>
  );
}

/** shareOf returns how much of the pictures has arrived, from 0 to 1. */
function shareOf(taken: readonly Taken[]): number {
  const sum = (of: (upload: FileUpload) => number) => taken.reduce((all, { upload }) => all + of(upload), 0);
  return sum((upload) => upload.sent) / Math.max(1, sum((upload) => upload.size));
}

/**
 * send uploads the pictures that are not there yet, and submits them. After a fault it may be called again. It throws
 * an ApiError if a picture is refused.
 */
async function send(flow: Flow, { method, input }: MethodView, taken: Taken[], tell: () => void): Promise<void> {
  let complete = false;
  await flow.act(async () => {
    for (const one of taken) one.id ??= await one.upload.send(tell);
    complete = true;
    return null;
  });
  if (complete) await flow.submit(method as Method, submissionOf(input?.fields ?? [], taken));
}

/** submissionOf fills in the members of a method's submission: the ids of the uploads, and the side that each shows. */
function submissionOf(fields: readonly { name: string; type: string }[], taken: Taken[]): Submission {
  const ids = taken.map((one) => one.id);
  const pictures = taken.map(({ id, name, source }) => ({ upload: id, shows: name, source }));
  const members = fields.flatMap(({ name, type }): [string, unknown][] => {
    if (type === "uploads") return [[name, ids]];
    if (type === "upload") return [[name, ids[0]]];
    return type === "object" ? [[name, { pictures }]] : [];
  });
  return Object.fromEntries(members) as Submission;
}

