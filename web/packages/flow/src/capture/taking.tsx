import type { MethodView } from "@stile/client";
import { t } from "@stile/i18n";
import { Actions, Button, Notice } from "@stile/ui";
import type { ComponentType } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { Flow } from "../flow.ts";
import { Automatic } from "./automatic.tsx";
import { photograph, type CameraFault } from "./camera.ts";
import { frameEveryMs, framing, typesOf, type Picture, type Shot } from "./shot.ts";
import type { ViewfinderProps } from "./viewfinder.tsx";

/**
 * Taking leads from the tap that starts the camera, or from a file, to a picture that the user accepts. The several
 * pictures of a shot with `frames` come from the camera alone, and nobody looks at each.
 */
export function Taking(given: {
  flow: Flow;
  method: MethodView;
  shot: Shot;
  automatic: boolean;
  onAutomatic: (automatic: boolean) => void;
  onTaken: (pictures: readonly Picture[]) => void;
}) {
  const [step, setStep] = useState<"ready" | "camera">("ready");
  const [taken, setTaken] = useState<Blob | null>(null);
  const [retake, setRetake] = useState(false);
  const [fault, setFault] = useState<CameraFault | "lost" | null>(null);
  const [Viewfinder, setViewfinder] = useState<ComponentType<ViewfinderProps> | null>(null);
  const { shot, automatic, onAutomatic } = given;
  const accept = (source: Picture["source"], ...blobs: Blob[]) =>
    given.onTaken(blobs.map((blob) => ({ name: shot.name, source, blob })));
  const load = () => import("./viewfinder.tsx").then((module) => setViewfinder(() => module.Viewfinder));
  useEffect(() => void load().catch(() => undefined), []);
  function start(): void {
    setFault(null);
    load().then(() => setStep("camera"), () => setFault("lost"));
  }
  function failed(found: CameraFault): void {
    setFault(found);
    setStep("ready");
    void given.flow.report("camera_failed");
  }
  async function take(video: HTMLVideoElement): Promise<void> {
    if (!shot.frames) return setTaken(await photograph(video));
    const frames: Blob[] = [];
    while (frames.length < shot.frames) {
      if (frames.length > 0) await new Promise((resolve) => setTimeout(resolve, frameEveryMs));
      frames.push(await photograph(video, framing));
    }
    accept("camera", ...frames);
  }
  if (taken) {
    const again = () => {
      setRetake(true);
      setTaken(null);
    };
    return <Review shot={shot} picture={taken} use={() => accept("camera", taken)} retake={again} />;
  }
  if (step === "camera" && Viewfinder) {
    return (
      <>
        <p>{t(shot.help)}</p>
        <Viewfinder
          facing={shot.facing}
          guide={shot.guide}
          barcode={shot.barcode ?? false}
          automatic={automatic}
          onAutomatic={onAutomatic}
          retake={retake}
          take={take}
          onFault={failed}
        />
      </>
    );
  }
  const sources = given.method.input?.uploads?.sources ?? [];
  return (
    <Actions>
      <p>{t(shot.help)}</p>
      {fault && <Notice kind="error">{t(fault === "lost" ? "problem.service.text" : `capture.fault.${fault}`)}</Notice>}
      {sources.includes("camera") && <Automatic on={automatic} onChange={onAutomatic} />}
      {sources.includes("camera") && (
        <Button kind="primary" onPress={start}>{t(fault ? "action.retry" : "capture.start")}</Button>
      )}
      {sources.includes("file") && !shot.frames && (
        <FileChoice types={typesOf(given.method, shot.name)} onFile={(file) => accept("file", file)} />
      )}
    </Actions>
  );
}

/** Review shows a picture that was taken. Its text takes the focus, so that a screen reader tells that there is one. */
function Review(given: { shot: Shot; picture: Blob; use: () => void; retake: () => void }) {
  const [url] = useState(() => URL.createObjectURL(given.picture));
  const text = useRef<HTMLParagraphElement>(null);
  useEffect(() => {
    text.current?.focus({ preventScroll: true });
    return () => URL.revokeObjectURL(url);
  }, []);
  return (
    <>
      <p tabIndex={-1} ref={text}>{t("capture.taken")}</p>
      <img class="taken" src={url} alt={t("capture.preview")} />
      {given.shot.barcode && <Barcode picture={given.picture} />}
      <Actions>
        <Button kind="primary" onPress={given.use}>{t("capture.use")}</Button>
        <Button onPress={given.retake}>{t("capture.retake")}</Button>
      </Actions>
    </>
  );
}

/** Barcode says whether the barcode of a picture can be read; nothing where this browser cannot tell. */
function Barcode({ picture }: { picture: Blob }) {
  const [reads, setReads] = useState<boolean | null>(null);
  useEffect(() => {
    const barcode = import("./barcode.ts");
    void createImageBitmap(picture).then(async (one) => setReads(await (await barcode).readsBarcode(one)))
      .catch(() => setReads(null));
  }, []);
  return reads === null ? null : <Notice kind="info">{t(`capture.barcode.${reads}`)}</Notice>;
}

function FileChoice({ types, onFile }: { types: readonly string[]; onFile: (file: File) => void }) {
  return (
    <label class="button button-plain file">
      <span>{t("capture.file")}</span>
      <input
        type="file"
        accept={types.join()}
        onChange={(event) => {
          const file = event.currentTarget.files?.[0];
          if (file) onFile(file);
        }}
      />
    </label>
  );
}
