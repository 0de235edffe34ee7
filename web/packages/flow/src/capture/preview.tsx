import type { RefObject } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { CameraError, openCamera, stop, type CameraFault, type Facing } from "./camera.ts";
import { greyOf, scaled, type Box, type Grey } from "./grey.ts";
import { Samples, type Finding, type Guide } from "./sample.ts";

/** sampleMs is the time between two measurements of the picture. */
const sampleMs = 250;
/** sampleWidth is the width to which pictures are reduced before they are measured, in pixels. */
const sampleWidth = 320;
/** blackSamples is how many black pictures in a row mean that the camera gives none. Cameras start with a few. */
const blackSamples = 12;

export interface PreviewProps {
  facing: Facing;
  guide: Guide;
  /** video is set to the element with the picture. */
  video: RefObject<HTMLVideoElement | null>;
  onFinding: (finding: Finding) => void;
  onFault: (fault: CameraFault) => void;
}

/** Preview shows the picture of a camera with a guide, and tells of its measurements, until it is removed. */
export function Preview(given: PreviewProps) {
  const guide = useRef<HTMLDivElement>(null);
  const latest = useRef(given);
  latest.current = given;
  useEffect(() => watch({
    video: given.video.current!, guide: guide.current!, facing: given.facing, samples: new Samples(given.guide),
    onFault: (fault) => latest.current.onFault(fault),
    onFinding: (finding) => latest.current.onFinding(finding),
  }), []);
  return (
    <div class={`viewfinder guide-${given.guide}`}>
      <video ref={given.video} playsInline muted class={given.facing === "user" ? "mirrored" : undefined} />
      <div class="guide" aria-hidden="true" ref={guide} />
    </div>
  );
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
export function faultIn(error: unknown): CameraFault {
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
