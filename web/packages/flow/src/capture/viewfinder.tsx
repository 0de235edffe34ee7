import { t } from "@stile/i18n";
import { Button } from "@stile/ui";
import { useEffect, useRef, useState } from "preact/hooks";
import { Automatic } from "./automatic.tsx";
import type { BarcodeWatch } from "./barcode.ts";
import type { CameraFault, Facing } from "./camera.ts";
import { faultIn, Preview } from "./preview.tsx";
import type { Finding, Guide } from "./sample.ts";
import { Shutter } from "./shutter.ts";
import { Spoken } from "./spoken.ts";

/** Hint is a message to the user: a finding, or `steady` while the automatic is about to take the picture. */
export type Hint = Exclude<Finding, "black"> | "steady";

export interface ViewfinderProps {
  facing: Facing;
  guide: Guide;
  /** barcode means that the picture may show a barcode, for which the automatic waits a while. */
  barcode: boolean;
  /** automatic reports whether the picture is taken by itself. The button is there in both cases. */
  automatic: boolean;
  onAutomatic: (automatic: boolean) => void;
  /** retake reports whether the camera has just taken a picture that the user did not want. */
  retake: boolean;
  /** take takes the picture, or several, from the video of the camera. */
  take: (video: HTMLVideoElement) => Promise<void>;
  onFault: (fault: CameraFault) => void;
}

/** Viewfinder shows the camera with a guide and a hint, until a picture is taken or the camera fails. */
export function Viewfinder(given: ViewfinderProps) {
  const video = useRef<HTMLVideoElement>(null);
  const [shutter] = useState(() => new Shutter(given.guide, given.retake));
  const [speech] = useState(() => new Spoken<Hint>());
  const [hint, setHint] = useState<Hint | null>(null);
  const [spoken, setSpoken] = useState<Hint | null>(null);
  const taking = useRef(false);
  const barcodes = useRef<BarcodeWatch | null>(null);
  useEffect(() => {
    if (given.barcode) void watchBarcodes(video.current!).then((ready) => (barcodes.current = ready), () => undefined);
  }, []);
  async function take(): Promise<void> {
    if (!video.current?.videoWidth || taking.current) return;
    taking.current = true; // by the button and by the automatic at once is one picture
    try {
      await given.take(video.current);
    } catch (error) {
      taking.current = false;
      given.onFault(faultIn(error));
    }
  }
  function found(sample: Finding): void {
    if (taking.current) return; // the hint of the picture that is taken stays
    const now = performance.now();
    const finding = barcodes.current?.next(sample, now) ?? sample;
    const next = shutter.next(finding, now, given.automatic);
    if (next === "take") void take();
    if (finding === "black") return;
    const shown = next === "wait" ? finding : "steady";
    setHint(shown);
    setSpoken(speech.next(shown, now));
  }
  return (
    <>
      <Preview facing={given.facing} guide={given.guide} video={video} onFinding={found} onFault={given.onFault} />
      <Hints hint={hint} spoken={spoken} />
      <Button kind="primary" disabled={hint === null} onPress={() => void take()}>{t("capture.take")}</Button>
      <Automatic on={given.automatic} onChange={given.onAutomatic} />
    </>
  );
}

/** Hints shows a hint, and has screen readers say the one that is `spoken`. */
export function Hints({ hint, spoken }: { hint: Hint | null; spoken: Hint | null }) {
  return (
    <>
      <p class="hint" aria-hidden="true">{hint ? t(`capture.hint.${hint}`) : ""}</p>
      <p class="unseen" role="status">{spoken ? t(`capture.hint.${spoken}`) : ""}</p>
    </>
  );
}

/** watchBarcodes loads what the backs of licences alone need. */
async function watchBarcodes(video: HTMLVideoElement): Promise<BarcodeWatch> {
  const { BarcodeWatch, readsBarcode } = await import("./barcode.ts");
  return new BarcodeWatch(async () => readsBarcode(await createImageBitmap(video)));
}
