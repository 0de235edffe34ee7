import { startReader } from "./reader.ts";
import type { Finding } from "./sample.ts";

/** Reads reports whether a picture has a barcode of the kind on driving licences, PDF417, that can be read. */
type Reads = (picture: ImageBitmap) => Promise<boolean>;

/** Detector is the part of the browsers' Barcode Detection API that the page uses. */
interface Detector {
  detect(picture: ImageBitmap): Promise<unknown[]>;
}
interface Detectors {
  new (options: { formats: string[] }): Detector;
  getSupportedFormats(): Promise<string[]>;
}

const format = "pdf417";
/** widest is the width to which pictures are reduced before they are searched, in pixels. */
const widest = 1600;

let reader: Promise<Reads | null> | undefined;

/** readsBarcode reports whether the barcode in a picture can be read; null where this browser cannot tell. */
export async function readsBarcode(picture: ImageBitmap): Promise<boolean | null> {
  reader ??= browsersReader().then((own) => own ?? workersReader());
  try {
    return await (await reader)?.(picture) ?? null;
  } catch {
    reader = Promise.resolve(null); // guidance that fails is left out
    return null;
  } finally {
    picture.close();
  }
}

async function browsersReader(): Promise<Reads | null> {
  const detectors = (globalThis as { BarcodeDetector?: Detectors }).BarcodeDetector;
  const formats = await detectors?.getSupportedFormats().catch((): string[] => []);
  if (!detectors || !formats?.includes(format)) return null;
  const detector = new detectors({ formats: [format] });
  return async (picture) => (await detector.detect(picture)).length > 0;
}

/** workersReader has pictures read by the worker, one at a time. */
function workersReader(): Reads | null {
  const worker = startReader();
  if (!worker) return null;
  let turn: Promise<unknown> = Promise.resolve();
  const ask = (picture: ImageBitmap) => new Promise<boolean>((resolve, reject) => {
    worker.onmessage = ({ data }: MessageEvent<boolean | null>) => {
      if (data === null) reject(new Error("the reader does not run"));
      else resolve(data);
    };
    worker.onerror = reject;
    const pixels = pixelsOf(picture);
    worker.postMessage(pixels, [pixels.data.buffer]);
  });
  return (picture) => {
    const answer = turn.then(() => ask(picture));
    turn = answer.catch(() => undefined);
    return answer;
  };
}

function pixelsOf(picture: ImageBitmap): ImageData {
  const scale = Math.min(1, widest / picture.width);
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(picture.width * scale);
  canvas.height = Math.round(picture.height * scale);
  const context = canvas.getContext("2d", { willReadFrequently: true })!;
  context.drawImage(picture, 0, 0, canvas.width, canvas.height);
  return context.getImageData(0, 0, canvas.width, canvas.height);
}

/** patienceMs is for how long the automatic waits for a barcode to be readable. Not every back has one. */
export const patienceMs = 8000;

/** BarcodeWatch holds back a good picture, for a while, until the barcode in it can be read. */
export class BarcodeWatch {
  private since: number | null = null;
  private reading = false;
  private found = false;

  /** reads reads the present picture of the camera; null means that there is no way to tell. */
  constructor(private readonly reads: () => Promise<boolean | null>) {}

  /** next returns the finding of a sample with its time in milliseconds, or `barcode`. */
  next(finding: Finding, at: number): Finding {
    if (finding !== "good") return finding;
    this.since ??= at;
    if (!this.reading) void this.read();
    return this.found || at - this.since >= patienceMs ? "good" : "barcode";
  }

  private async read(): Promise<void> {
    this.reading = true;
    this.found = (await this.reads().catch(() => null)) ?? true;
    this.reading = false;
  }
}
