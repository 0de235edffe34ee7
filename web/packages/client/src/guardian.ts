import { Transport } from "./transport.ts";
import type { GuardianRequest } from "./types.ts";

/** GuardianClient calls the routes of a link in a mail to a parent or guardian. Every repeat of a call does no harm. */
export class GuardianClient {
  constructor(
    private readonly token: string,
    private readonly transport: Transport = new Transport(""),
  ) {}

  /** read returns the request behind the link. It changes nothing. */
  read(): Promise<GuardianRequest> {
    return this.post("");
  }

  /** prove returns the request with the session in which the guardian proves to be an adult, and its client secret. */
  prove(): Promise<GuardianRequest> {
    return this.post("/proof");
  }

  /** consent consents to the text of this version. */
  consent(textVersion: string): Promise<GuardianRequest> {
    return this.post("/decision", { decision: "consent", text_version: textVersion });
  }

  refuse(): Promise<GuardianRequest> {
    return this.post("/decision", { decision: "refuse" });
  }

  /** withdraw withdraws the consent, or refuses before the decision. */
  withdraw(): Promise<GuardianRequest> {
    return this.post("/withdraw");
  }

  private async post(rest: string, more: Record<string, string> = {}): Promise<GuardianRequest> {
    const body = { token: this.token, ...more };
    const answer = await this.transport.send({ method: "POST", path: `/v1/guardian${rest}`, body });
    return (await answer.json()) as GuardianRequest;
  }
}
