import { newKey, type Hints } from "@stile/client";

const deviceKey = "stile.device";

/** hintsFor returns what the view asks for about the device, for the signals of risk that the workflow includes. */
export function hintsFor(wanted: readonly string[]): Hints {
  return {
    ...(wanted.includes("time_zone") && { time_zone: Intl.DateTimeFormat().resolvedOptions().timeZone }),
    ...(wanted.includes("device_id") && { device_id: deviceId() }),
  };
}

/** deviceId returns the random value that this origin keeps on the device; a new one where the browser keeps none. */
function deviceId(): string {
  const fresh = newKey();
  try {
    const kept = localStorage.getItem(deviceKey) ?? fresh;
    localStorage.setItem(deviceKey, kept);
    return kept;
  } catch {
    return fresh;
  }
}

/** onPhone reports whether the page is on a device that is used by touch, such as a phone. */
export function onPhone(): boolean {
  return matchMedia("(pointer: coarse)").matches;
}
