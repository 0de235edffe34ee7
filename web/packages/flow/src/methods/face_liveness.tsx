import { ApiError, type Method, type Submission } from "@stile/client";
import { t } from "@stile/i18n";
import { Actions, Button, Check, Notice, Panel } from "@stile/ui";
import { useState } from "preact/hooks";
import type { CameraFault } from "../capture/camera.ts";
import { Full, Sending } from "../capture/sending.tsx";
import { adviceOf } from "../reason.tsx";
import { keepAloud, speaks, wantsAloud } from "./face_aloud.ts";
import type { Named } from "./face_sender.ts";
import { Trial, type Fault, type Played } from "./face_trial.tsx";
import { useOffer } from "./offer.ts";
import type { MethodScreenProps } from "./registry.ts";

/** Liveness has the user answer a challenge of `selfie_liveness` before the camera, and sends the frames. */
export default function Liveness(given: MethodScreenProps) {
  const { flow, view, method } = given;
  const [step, setStep] = useState<"ready" | "camera" | "full">("ready");
  const [played, setPlayed] = useState<Played | null>(null);
  const [fault, setFault] = useState<Fault | null>(null);
  const [slow, setSlow] = useState(false);
  const [aloud, setAloud] = useState(wantsAloud);
  const [, render] = useState({});
  useOffer(given, fault !== null && isOfCamera(fault), "camera_failed");

  function end(found: Fault): void {
    setFault(found);
    setPlayed(null);
    setStep("ready");
  }
  /** deliver returns false where the frames have arrived and the submission has not, which may be sent again. */
  async function deliver({ challenge, sender }: Played): Promise<boolean> {
    try {
      let frames = null as Named[] | null;
      await flow.act(async () => {
        frames = await sender.all();
        return null;
      });
      if (frames) return await flow.submit(method.method as Method, { challenge, frames } as Submission);
      end("network");
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (error.code !== "upload_limit_reached") end("network");
      else {
        setPlayed(null);
        setStep("full");
      }
    }
    return true;
  }
  if (played) return <Sending flow={flow} sent={played.sender.sent} deliver={() => deliver(played)} />;
  if (step === "full") return <Full flow={flow} view={view} />;
  if (step === "camera") {
    const take = (ready: Played) => {
      ready.sender.tell = () => render({});
      setPlayed(ready);
    };
    return <Trial {...given} slow={slow} aloud={aloud} onPlayed={take} onFault={end} />;
  }
  const advice = adviceOf(method);
  const start = () => {
    setFault(null);
    setStep("camera");
  };
  return (
    <Panel name={`method-${method.method}`} title={t("face.title.selfie_liveness")}>
      {fault && <Notice kind="error">{textOf(fault)}</Notice>}
      {!fault && advice && <Notice kind="info">{advice}</Notice>}
      <p>{t("face.intro.live")}</p>
      {speaks() && <Check checked={aloud} onChange={(on) => (keepAloud(on), setAloud(on))}>{t("face.aloud")}</Check>}
      <Check checked={slow} onChange={setSlow}>{t("face.slow")}</Check>
      <Actions>
        <Button kind="primary" busy={flow.model.busy} onPress={start}>
          {t(fault ? "action.retry" : "capture.start")}
        </Button>
      </Actions>
    </Panel>
  );
}

function isOfCamera(fault: Fault): fault is CameraFault {
  return ["denied", "absent", "busy", "blocked", "black"].includes(fault);
}

function textOf(fault: Fault): string {
  return isOfCamera(fault) ? t(`capture.fault.${fault}`) : t(`face.fault.${fault}`);
}
