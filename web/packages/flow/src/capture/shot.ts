import type { FileUpload, MethodView } from "@stile/client";
import type { Key } from "@stile/i18n";
import type { Facing } from "./camera.ts";
import type { Guide } from "./sample.ts";

/** Shot is one picture that a method asks for. */
export interface Shot {
  name: "front" | "back" | "face";
  facing: Facing;
  guide: Guide;
  title: Key;
  help: Key;
  /** optional means that the object may not have this side. */
  optional?: boolean;
  /** barcode means that there may be a barcode on it, which the page tries to read. */
  barcode?: boolean;
  /** frames is how many pictures are taken at once; one, which the user looks at, without it. */
  frames?: number;
}

/** Picture is a picture of a shot that the user has accepted. */
export interface Picture {
  name: Shot["name"];
  source: "camera" | "file";
  blob: Blob;
}

/** Sent is a picture on its way to the server; `id` is that of its upload, once it is there. */
export interface Sent extends Picture {
  upload: FileUpload;
  id?: string;
}

export const front: Shot = {
  name: "front", facing: "environment", guide: "card", title: "capture.front", help: "capture.guide.document",
};
export const back: Shot = { ...front, name: "back", title: "capture.back" };
/** page is the page of a passport with the photo. */
export const page: Shot = { ...front, guide: "page", title: "capture.page", help: "capture.guide.page" };
export const face: Shot = {
  name: "face", facing: "user", guide: "face", title: "capture.face", help: "capture.guide.face",
};

/** framing is the size and the quality of one of several pictures, which the server takes up to 512 KiB. */
export const framing = { longest: 960, quality: 0.88 };
/** frameEveryMs is the time between two of them. */
export const frameEveryMs = 300;

/** pictureTypes are the media types of a picture if the method states none, with their names for users. */
const pictureTypes: Readonly<Record<string, string>> = {
  "image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WebP", "image/heic": "HEIC",
};

/** typesOf returns the media types that a method takes for a picture. */
export function typesOf(method: MethodView, name: string): string[] {
  const field = method.input?.fields.find((one) => one.name === name);
  const stated = field?.media_types.filter((type) => type in pictureTypes) ?? [];
  return stated.length > 0 ? stated : Object.keys(pictureTypes);
}

/** formatsOf returns the names of media types for users. */
export function formatsOf(types: readonly string[]): string[] {
  return types.map((type) => pictureTypes[type] ?? type);
}
