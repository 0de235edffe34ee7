import { Frame, type Ending } from "./frame.ts";

/** script is the address of the launcher; null where it was bundled. Its origin serves the page in the frame. */
const script = typeof document === "undefined" ? null : (document.currentScript as HTMLScriptElement | null)?.src ?? null;

/** Session is what a widget needs to open the page. */
interface Session {
  id: string;
  secret: string;
}

/** define registers `<stile-widget>`. Loading the script twice, or outside of a browser, does nothing. */
export function define(): void {
  if (typeof customElements === "undefined" || customElements.get("stile-widget")) return;

  customElements.define(
    "stile-widget",
    class extends HTMLElement {
      private frame: Frame | null = null;

      connectedCallback(): void {
        if (this.shadowRoot) return;
        const button = document.createElement("button");
        button.type = "button";
        button.textContent = this.getAttribute("label") ?? "Verify";
        button.addEventListener("click", () => void this.open());
        this.attachShadow({ mode: "open" }).append(button);
      }

      disconnectedCallback(): void {
        this.frame?.close();
      }

      async open(): Promise<void> {
        const base = this.getAttribute("verify-url") ?? (script ? new URL("/verify", script).href : "");
        try {
          const session = await this.session();
          this.frame = new Frame(base, session.id, session.secret, (ending) => this.ended(ending));
        } catch (error) {
          this.tell("error", { message: error instanceof Error ? error.message : String(error) });
        }
      }

      private async session(): Promise<Session> {
        const id = this.getAttribute("session-id");
        const secret = this.getAttribute("client-secret");
        if (id && secret) return { id, secret };
        const url = this.getAttribute("session-url");
        if (!url) throw new Error("stile-widget needs session-url, or client-secret and session-id");
        const body = { workflowId: this.getAttribute("workflow-id") ?? undefined, email: this.getAttribute("email") ?? undefined };
        const answer = await fetch(url, {
          method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body),
        });
        if (!answer.ok) throw new Error(`session-url answered ${answer.status}`);
        const { session_id, client_secret } = (await answer.json()) as { session_id: string; client_secret: string };
        return { id: session_id, secret: client_secret };
      }

      private ended(ending: Ending): void {
        if (ending.status === "verified") this.tell("verified", { sessionId: ending.sessionId });
        else if (ending.status === "failed") this.tell("error", { message: ending.reason ?? "failed" });
        else this.tell("cancel", null);
      }

      private tell(name: string, detail: unknown): void {
        this.dispatchEvent(new CustomEvent(`stile:${name}`, { detail, bubbles: true, composed: true }));
      }
    },
  );
}
