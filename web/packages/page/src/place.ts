import type { Navigation, Place } from "@stile/flow";

const nothing: Navigation = { begun: false, method: null, handoff: false };

/** historyPlace keeps the navigation in the browser's history: a reload keeps it, and Back undoes the last step. */
export function historyPlace(history: History): Place {
  return {
    read: () => navigationOf(history.state),
    write: (navigation) => history.pushState({ stile: navigation }, ""),
  };
}

/** navigationOf reads the state of a history entry. */
export function navigationOf(state: unknown): Navigation {
  const found = (state as { stile?: Partial<Navigation> } | null)?.stile;
  return { ...nothing, ...found };
}
