import { t } from "@stile/i18n";
import { Button } from "@stile/ui";
import { useEffect, useRef, useState } from "preact/hooks";
import { CameraError, openCamera, photograph, stop, type CameraFault, type Facing } from "./camera.ts";
import { qualityOf, sampleWidth, type Quality } from "./quality.ts";

/** Guide is the shape in which the user holds the object: a card (ID-1), a passport's page (ID-3), or a face. */
export type Guide = "card" | "page" | "face";

/** sampleMs is the time between two measurements of the picture. */
const sampleMs = 500;
/** blackSamples is how many black pictures in a row mean that the camera gives none. Cameras start with a few. */
const blackSamples = 6;

/** Viewfinder shows the camera with a guide and a hint, until the user takes a picture or the camera fails. */
export function Viewfinder(given: {
  facing: Facing;
  guide: Guide;
  onPicture: (picture: Blob) => void;
  onFault: (fault: CameraFault) => void;
}) {
  const video = useRef<HTMLVideoElement>(null);
  const [quality, setQuality] = useState<Quality | null>(null);
  useEffect(() => {
    let stream: MediaStream | null = null;
    let over = false;
    let black = 0;
    const fail = (fault: CameraFault) => over || given.onFault(fault);
    openCamera(given.facing).then(
      async (opened) => {
        stream = opened;
        if (over || !video.current) return stop(opened);
        opened.getVideoTracks()[0]?.addEventListener("ended", () => fail("busy"));
        video.current.srcObject = opened;
        await video.current.play().catch(() => undefined); // a page that is left may not play
      },
      (error: unknown) => fail(error instanceof CameraError ? error.fault : "busy"),
    );
    const timer = setInterval(() => {
      const measured = measure(video.current);
      if (!measured) return;
      black = measured === "black" ? black + 1 : 0;
      if (black === blackSamples) fail("black");
      setQuality(measured);
    }, sampleMs);
    return () => {
      over = true;
      clearInterval(timer);
      stop(stream);
    };
  }, []);
  async function take(): Promise<void> {
    if (!video.current?.videoWidth) return;
    given.onPicture(await photograph(video.current));
  }
  return (
    <>
      <div class={`viewfinder guide-${given.guide}`}>
        <video ref={video} playsInline muted class={given.facing === "user" ? "mirrored" : undefined} />
        <div class="guide" aria-hidden="true" />
      </div>
      <p class="hint" role="status">{quality && quality !== "black" ? t(`capture.hint.${quality}`) : ""}</p>
      <Button kind="primary" disabled={quality === null} onPress={() => void take()}>{t("capture.take")}</Button>
    </>
  );
}

/** measure returns the quality of a video's present picture; null before there is one. */
function measure(video: HTMLVideoElement | null): Quality | null {
  if (!video?.videoWidth) return null;
  const canvas = document.createElement("canvas");
  canvas.width = sampleWidth;
  canvas.height = Math.round((sampleWidth * video.videoHeight) / video.videoWidth);
  const context = canvas.getContext("2d", { willReadFrequently: true });
  if (!context) return null;
  context.drawImage(video, 0, 0, canvas.width, canvas.height);
  return qualityOf(context.getImageData(0, 0, canvas.width, canvas.height).data, canvas.width, canvas.height);
}
