import type { Method, MethodView, View } from "@stile/client";
import { t, tOr } from "@stile/i18n";
import type { ComponentType } from "preact";
import type { Flow } from "../flow.ts";

/** MethodScreenProps are the properties of a method's screen. It ends by `flow.submit`. */
export interface MethodScreenProps {
  flow: Flow;
  view: View;
  method: MethodView;
}

type Load = () => Promise<{ default: ComponentType<MethodScreenProps> }>;

/** screens are the methods' own screens, each loaded when it is shown. A new method adds one line. */
const screens: Partial<Record<Method, Load>> = {
  self_attestation: () => import("./self_attestation.tsx"),
  carrier_lookup: () => import("./carrier_lookup.tsx"),
  open_banking: () => import("./login.tsx"),
  student: () => import("./student.tsx"),
  parental_consent: () => import("./parental_consent.tsx"),
  mdl: () => import("./wallet.tsx"),
  mid: () => import("./wallet.tsx"),
  eudi_pid: () => import("./wallet.tsx"),
  nfc_passport: () => import("./nfc_passport.tsx"),
};

/** leadsToPhone reports whether the screen of a method offers a phone itself, where it fits. */
export function leadsToPhone({ method }: MethodView): boolean {
  return method === "mdl" || method === "mid" || method === "eudi_pid" || method === "nfc_passport";
}

/**
 * screenFor returns the screen of a method: its own, or the one that takes pictures for uploads; null without one, and
 * for a method that takes nothing but simulations.
 */
export function screenFor(method: MethodView): Load | null {
  const own = screens[method.method];
  if (own && method.input) return own;
  if (takesFrames(method) && method.input?.begin) return () => import("./face_liveness.tsx");
  if (takesFrames(method)) return () => import("./face.tsx");
  if (takesSides(method)) return () => import("./document.tsx");
  const takesPictures = method.needs.includes("camera") && method.input?.uploads && !method.input.begin;
  return takesPictures ? () => import("./pictures.tsx") : null;
}

/** obstacleOf returns why the user cannot take a method on this page; null if nothing is in the way. */
export function obstacleOf(view: View, method: MethodView): string | null {
  if (method.status === "exhausted") return t("choice.exhausted");
  if (method.status === "unavailable") return t("choice.unavailable");
  if (view.sandbox || screenFor(method)) return null;
  const needs = method.needs.map((need) => tOr(`choice.needs.${need}`, "")).find((text) => text !== "");
  return needs ?? t("choice.needs.app");
}

/** takesFrames reports whether a method takes several pictures of a face in their order, as Stile's own methods do. */
function takesFrames({ input }: MethodView): boolean {
  return input?.fields.some(({ type }) => type === "frames") ?? false;
}

/** takesSides reports whether a method takes the sides of a document by their names, as Stile's own method does. */
function takesSides({ input }: MethodView): boolean {
  return input?.fields.some(({ name, type }) => name === "front" && type === "upload") ?? false;
}
