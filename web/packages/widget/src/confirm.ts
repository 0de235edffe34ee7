/** interval and longest are the pauses between two questions, and the time after which no answer is expected. */
const interval = 2_000;
const longest = 10 * 60_000;

/**
 * confirmed asks the merchant's endpoint, `GET url?session_id=…`, until it knows of the verification: until it answers
 * 2xx with JSON in which `confirmed` or `verified` is true, or `status` is "verified" or "confirmed". Anything
 * else means "not yet". It reports false after ten minutes, or when the signal is aborted.
 */
export async function confirmed(url: string, sessionId: string, signal: AbortSignal): Promise<boolean> {
  const at = new URL(url, document.baseURI);
  at.searchParams.set("session_id", sessionId);
  for (const end = Date.now() + longest; Date.now() < end && !signal.aborted; await pause(signal)) {
    try {
      const answer = await fetch(at, { headers: { Accept: "application/json" }, cache: "no-store", signal });
      if (answer.ok && says(await answer.json())) return true;
    } catch {
      // No answer, or none in JSON: ask again.
    }
  }
  return false;
}

function says(json: { confirmed?: unknown; verified?: unknown; status?: unknown } | null): boolean {
  return json?.confirmed === true || json?.verified === true || /^(verified|confirmed)$/.test(String(json?.status));
}

function pause(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, interval);
    signal.addEventListener("abort", () => resolve());
  });
}
