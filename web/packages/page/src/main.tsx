import "@stile/ui/style.css";
import { newKey, SessionClient, Transport, type Method, type View } from "@stile/client";
import { App, brandOf, Flow, Landing, paint, type Host } from "@stile/flow";
import { provideReader } from "@stile/flow/capture/reader.ts";
import { ProblemPanel } from "@stile/flow/screens/problem.tsx";
import { locale, onLocale, t, type Key } from "@stile/i18n";
import { render, type ComponentChild } from "preact";
import { arrive, keep, storeOf, type Credentials, type MailLink } from "./credentials.ts";
import { Frame } from "./frame.tsx";
import { speak, writeIn } from "./language.ts";
import { loaded } from "./loaded.tsx";
import { historyPlace, navigationOf } from "./place.ts";
import { embeddingOf } from "./embed.ts";

provideReader(() => new Worker(new URL("./barcode.worker.ts", import.meta.url), { type: "module" }));

const root = document.getElementById("stile") as HTMLElement;
const query = new URLSearchParams(location.search);
const embedding = embeddingOf(window, query);
const store = storeOf(window);
let merchant: string | undefined;
/** title is the title of the document before a merchant is known. */
let title: Key = "title.plain";
let shown = false;

async function main(): Promise<void> {
  const arrival = arrive(location, store, (path) => history.replaceState(history.state, "", path));
  onLocale(() => {
    writeIn(locale());
    entitle();
  });
  await loaded(root, speak);
  switch (arrival.kind) {
    case "session":
      return run(arrival.credentials, arrival.login?.method);
    case "handoff":
      return land(arrival.token);
    case "sharing":
    case "guardian":
      return answer(arrival.kind, arrival.token);
    case "returned": {
      title = "returned.page";
      entitle();
      const { Returned } = await loaded(root, () => import("./returned.tsx"));
      return show(<Returned login={arrival.login} />);
    }
    case "nothing":
      embedding?.problem?.("storage");
      return show(<ProblemPanel problem="storage" />);
  }
}

/** entitle gives the document its title, which names the merchant once the page knows it. */
function entitle(): void {
  document.title = merchant ? t("title", { merchant }) : t(title);
}

/** meet takes merchant and language from the first view of the session. */
function meet(view: View): void {
  merchant = view.merchant.name;
  entitle();
  paint(document.documentElement, brandOf(view.merchant.color));
  void speak(view.locale).catch(() => undefined); // without its catalogue the page stays as it is
}

function show(content: ComponentChild): void {
  render(<Frame>{content}</Frame>, root);
  if (!shown) embedding?.fit(root);
  shown = true;
}

function land(token: string): void {
  show(
    <Landing
      token={token}
      deviceId={newKey()}
      taken={(device) => {
        const credentials: Credentials = { sessionId: device.session_id, secret: device.device_token, device: "phone" };
        keep(store, token, credentials);
        run(credentials);
      }}
    />,
  );
}

/** answer shows the page of a mail's link. Another link in the same tab changes the fragment alone, so it reloads. */
async function answer(link: MailLink, token: string | null): Promise<void> {
  addEventListener("hashchange", () => location.reload());
  title = link === "sharing" ? "sharing.page" : "guardian.page";
  entitle();
  if (link === "sharing") {
    const { Sharing } = await loaded(root, () => import("./sharing.tsx"));
    return show(<Sharing token={token} />);
  }
  const { Guardian } = await loaded(root, () => import("./guardian.tsx"));
  return show(<Guardian token={token} />);
}

/** run shows the session. Method is that of a login from which the user has just come back in this tab. */
function run({ sessionId, secret, device }: Credentials, method?: Method): void {
  const client = new SessionClient(sessionId, secret, new Transport("", locale));
  const flow = new Flow({ client, device, place: historyPlace(history) });
  addEventListener("popstate", (event) => flow.returned(navigationOf(event.state)));
  flow.subscribe(() => {
    if (merchant === undefined && flow.model.view) meet(flow.model.view);
  });
  if (method) flow.navigate({ begun: true, method });
  flow.start();
  show(<App flow={flow} host={hostOf(device)} />);
}

/** hostOf returns the surroundings of the flow: a merchant's page around the frame, or the browser's window. */
function hostOf(device: Credentials["device"]): Host {
  if (embedding) return embedding;
  if (device === "phone") return {};
  return {
    exit: (view: View) => {
      const target = (view.status === "verified" ? null : view.cancel_url) ?? view.return_url;
      if (target) return () => location.assign(target);
      return window.opener ? () => close() : null;
    },
  };
}

void main();
