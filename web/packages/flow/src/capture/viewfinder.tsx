import { t } from "@stile/i18n";
import { Button } from "@stile/ui";
import { useEffect, useRef, useState } from "preact/hooks";
import { Automatic } from "./automatic.tsx";
import type { BarcodeWatch } from "./barcode.ts";
import { CameraError, openCamera, photograph, stop, type CameraFault, type Facing } from "./camera.ts";
import { greyOf, scaled, type Box, type Grey } from "./grey.ts";
import { Samples, type Finding, type Guide } from "./sample.ts";
import { Shutter } from "./shutter.ts";
import { Spoken } from "./spoken.ts";

/** sampleMs is the time between two measurements of the picture. */
const sampleMs = 250;
/** sampleWidth is the width to which pictures are reduced before they are measured, in pixels. */
const sampleWidth = 320;
/** blackSamples is how many black pictures in a row mean that the camera gives none. Cameras start with a few. */
const blackSamples = 12;

/** Hint is a message to the user: a finding, or `steady` while the automatic is about to take the picture. */
type Hint = Exclude<Finding, "black"> | "steady";

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
  onPicture: (picture: Blob) => void;
  onFault: (fault: CameraFault) => void;
}

/** Viewfinder shows the camera with a guide and a hint, until a picture is taken or the camera fails. */
export function Viewfinder(given: ViewfinderProps) {
  const video = useRef<HTMLVideoElement>(null);
  const guide = useRef<HTMLDivElement>(null);
  const latest = useRef(given);
  latest.current = given;
  const [hint, setHint] = useState<Hint | null>(null);
  const [spoken, setSpoken] = useState<Hint | null>(null);
  const taking = useRef(false);
  async function take(): Promise<void> {
    if (!video.current?.videoWidth || taking.current) return;
    taking.current = true; // by the button and by the automatic at once is one picture
    try {
      latest.current.onPicture(await photograph(video.current));
    } catch (error) {
      taking.current = false;
      latest.current.onFault(faultIn(error));
    }
  }
  useEffect(() => {
    const shutter = new Shutter(given.guide, given.retake);
    const speech = new Spoken<Hint>();
    let barcodes: BarcodeWatch | undefined;
    if (given.barcode) void watchBarcodes(video.current!).then((ready) => (barcodes = ready), () => undefined);
    return watch({
      video: video.current!, guide: guide.current!, facing: given.facing, samples: new Samples(given.guide),
      onFault: (fault) => latest.current.onFault(fault),
      onFinding: (sample) => {
        if (taking.current) return; // the hint of the picture that is taken stays
        const now = performance.now();
        const finding = barcodes?.next(sample, now) ?? sample;
        const next = shutter.next(finding, now, latest.current.automatic);
        if (next === "take") void take();
        if (finding === "black") return;
        const shown = next === "wait" ? finding : "steady";
        setHint(shown);
        setSpoken(speech.next(shown, now));
      },
    });
  }, []);
  return (
    <>
      <div class={`viewfinder guide-${given.guide}`}>
        <video ref={video} playsInline muted class={given.facing === "user" ? "mirrored" : undefined} />
        <div class="guide" aria-hidden="true" ref={guide} />
      </div>
      <p class="hint" aria-hidden="true">{hint ? t(`capture.hint.${hint}`) : ""}</p>
      <p class="unseen" role="status">{spoken ? t(`capture.hint.${spoken}`) : ""}</p>
      <Button kind="primary" disabled={hint === null} onPress={() => void take()}>{t("capture.take")}</Button>
      <Automatic on={given.automatic} onChange={given.onAutomatic} />
    </>
  );
}

/** watchBarcodes loads what the backs of licences alone need. */
async function watchBarcodes(video: HTMLVideoElement): Promise<BarcodeWatch> {
  const { BarcodeWatch, readsBarcode } = await import("./barcode.ts");
  return new BarcodeWatch(async () => readsBarcode(await createImageBitmap(video)));
}

/** Watched is a camera, and the functions that hear of it. */
interface Watched {
  video: HTMLVideoElement;
  guide: HTMLElement;
  facing: Facing;
  samples: Samples;
  onFinding: (finding: Finding) => void;
  onFault: (fault: CameraFault) => void;
}

/** watch starts a camera and judges its pictures. It returns the function that ends both. */
function watch({ video, guide, facing, samples, onFinding, onFault }: Watched): () => void {
  let stream: MediaStream | null = null;
  let over = false;
  let black = 0;
  const fail = (fault: CameraFault) => over || onFault(fault);
  openCamera(facing).then(
    async (opened) => {
      stream = opened;
      if (over) return stop(opened);
      opened.getVideoTracks()[0]?.addEventListener("ended", () => fail("busy"));
      video.srcObject = opened;
      await video.play().catch(() => undefined); // a page that is left may not play
    },
    (error: unknown) => fail(faultIn(error)),
  );
  const canvas = document.createElement("canvas");
  const timer = setInterval(() => {
    const picture = sampleOf(video, canvas);
    if (!picture) return;
    const finding = samples.judge(picture, frameOf(guide, video, picture));
    black = finding === "black" ? black + 1 : 0;
    if (black === blackSamples) fail("black");
    onFinding(finding);
  }, sampleMs);
  return () => {
    over = true;
    clearInterval(timer);
    stop(stream);
  };
}

/** faultIn returns the fault behind anything that was thrown on the way to a picture. */
function faultIn(error: unknown): CameraFault {
  return error instanceof CameraError ? error.fault : "busy";
}

/** sampleOf returns the part of a video's present picture that its element shows; null before there is one. */
function sampleOf(video: HTMLVideoElement, canvas: HTMLCanvasElement): Grey | null {
  const { clientWidth, clientHeight, videoWidth, videoHeight } = video;
  if (!videoWidth || !clientWidth) return null;
  canvas.width = sampleWidth;
  canvas.height = Math.round((sampleWidth * clientHeight) / clientWidth);
  const context = canvas.getContext("2d", { willReadFrequently: true });
  if (!context) return null;
  const scale = Math.max(canvas.width / videoWidth, canvas.height / videoHeight); // object-fit: cover
  const [width, height] = [videoWidth * scale, videoHeight * scale];
  context.drawImage(video, (canvas.width - width) / 2, (canvas.height - height) / 2, width, height);
  return greyOf(context.getImageData(0, 0, canvas.width, canvas.height).data, canvas.width, canvas.height);
}

/** frameOf returns where the guide's frame is in a sample. */
function frameOf(guide: HTMLElement, video: HTMLElement, sample: Grey): Box {
  return scaled(guide.getBoundingClientRect(), video.getBoundingClientRect(), sample.width, sample.height);
}
