import {
  Compliance, Events, OrganizationResource, ProviderConnectors, Reviews, RiskResource, TrustReuse, VerificationSessions,
  VerifiedPersons, WebhookEndpoints, Workflows,
} from "./resources.js";
import { Transport } from "./transport.js";
import type { Call, Method, RequestOptions, StileOptions } from "./transport.js";

/**
 * Client has the resources of the API. Documented are verificationSessions, webhookEndpoints, events, compliance and
 * verifiedPersons; the others are additions of Stile, as are the methods that say so.
 */
export class Client {
  readonly verificationSessions: VerificationSessions;
  readonly webhookEndpoints: WebhookEndpoints;
  readonly events: Events;
  readonly compliance: Compliance;
  readonly verifiedPersons: VerifiedPersons;
  /** Addition. */
  readonly workflows: Workflows;
  /** Addition. */
  readonly reviews: Reviews;
  /** Addition. */
  readonly risk: RiskResource;
  /** Addition. */
  readonly trustReuse: TrustReuse;
  /** Addition. */
  readonly providerConnectors: ProviderConnectors;
  /** Addition. */
  readonly organization: OrganizationResource;
  readonly #transport: Transport;

  constructor(apiKey: string, options: StileOptions, randomId: () => string) {
    const transport = new Transport(apiKey, options, randomId);
    this.#transport = transport;
    this.verificationSessions = new VerificationSessions(transport);
    this.webhookEndpoints = new WebhookEndpoints(transport);
    this.events = new Events(transport);
    this.compliance = new Compliance(transport);
    this.verifiedPersons = new VerifiedPersons(transport);
    this.workflows = new Workflows(transport);
    this.reviews = new Reviews(transport);
    this.risk = new RiskResource(transport);
    this.trustReuse = new TrustReuse(transport);
    this.providerConnectors = new ProviderConnectors(transport);
    this.organization = new OrganizationResource(transport);
  }

  /**
   * request sends a request to a path that has no method here, such as one of a later version. Addition.
   * `path` begins with /v1. Ids in it must be escaped.
   */
  request<T = unknown>(method: Method, path: string, call?: Call, options?: RequestOptions): Promise<T> {
    return this.#transport.request<T>(method, path, call, options);
  }
}
