/** CameraFault is why there is no picture from the camera. */
export type CameraFault =
  | "denied" // the user, or the system, does not allow it
  | "absent" // the device has none
  | "busy" // another program holds it
  | "blocked" // a policy of the page around this one, or an address without https, forbids it
  | "black"; // it is covered, or its driver gives no picture

/** CameraError is the failure of openCamera. */
export class CameraError extends Error {
  override readonly name = "CameraError";

  constructor(readonly fault: CameraFault, cause?: unknown) {
    super(`no camera: ${fault}`, { cause });
  }
}

/** Facing is the camera on the back of the device, for documents, or that towards its user. */
export type Facing = "environment" | "user";

/** openCamera starts a camera. Call it from a tap: browsers then ask the user once. It throws a CameraError. */
export async function openCamera(facing: Facing): Promise<MediaStream> {
  if (!navigator.mediaDevices || isForbidden()) throw new CameraError("blocked");
  try {
    return await navigator.mediaDevices.getUserMedia({
      audio: false,
      video: { facingMode: { ideal: facing }, width: { ideal: 1920 }, height: { ideal: 1080 } },
    });
  } catch (error) {
    throw new CameraError(faultOf(error instanceof DOMException ? error.name : ""), error);
  }
}

/** isForbidden reports whether the Permissions-Policy forbids the camera. Browsers without the query say so later. */
function isForbidden(): boolean {
  const policy = (document as { featurePolicy?: { allowsFeature(name: string): boolean } }).featurePolicy;
  return policy ? !policy.allowsFeature("camera") : false;
}

/** faultOf returns the fault behind the name of an exception of getUserMedia (W3C Media Capture and Streams, 10.3). */
export function faultOf(name: string): CameraFault {
  switch (name) {
    case "NotFoundError":
    case "OverconstrainedError":
      return "absent";
    case "NotAllowedError":
      return "denied";
    case "SecurityError":
      return "blocked";
    default:
      return "busy"; // NotReadableError, AbortError
  }
}

/** stop ends a camera, so that its light goes out. */
export function stop(stream: MediaStream | null): void {
  for (const track of stream?.getTracks() ?? []) track.stop();
}

/** Picturing is the size and the quality of a picture; the camera's own size without `longest`. */
interface Picturing {
  /** longest is the length of the longer side at most, in pixels. */
  longest?: number;
  /** quality is that of JPEG, from 0 to 1. */
  quality?: number;
}

/** nextMs is the longest wait for the next frame of a video, which may have stopped. */
const nextMs = 500;

/** next waits for the next frame of a video, in browsers that tell of it. */
function next(video: HTMLVideoElement): Promise<void> {
  return new Promise((resolve) => {
    if (!("requestVideoFrameCallback" in video)) return resolve();
    const late = setTimeout(resolve, nextMs);
    video.requestVideoFrameCallback(() => {
      clearTimeout(late);
      resolve();
    });
  });
}

/**
 * photograph returns the next frame of a video as JPEG. A slow device shows a frame for longer than the time between
 * two pictures, and the same picture twice is taken for an attack.
 */
export async function photograph(
  video: HTMLVideoElement, { longest = Infinity, quality = 0.92 }: Picturing = {},
): Promise<Blob> {
  await next(video);
  const { videoWidth, videoHeight } = video;
  const scale = Math.min(1, longest / Math.max(videoWidth, videoHeight));
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(videoWidth * scale);
  canvas.height = Math.round(videoHeight * scale);
  canvas.getContext("2d")?.drawImage(video, 0, 0, canvas.width, canvas.height);
  const picture = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, "image/jpeg", quality));
  if (!picture) throw new CameraError("black");
  return picture;
}
