import { List } from "./pages.js";
import type { Cursors } from "./pages.js";
import { route } from "./transport.js";
import type { Call, Method, Requester, RequestOptions } from "./transport.js";
import type { operations } from "./schema.gen.js";
import type { Answer, Body, Event, Item, ListAnswer, Query, UseCase } from "./types.js";

type Names = keyof operations;
type Options = RequestOptions;

/** Resource sends the requests of one resource. */
class Resource {
  readonly #requester: Requester;

  constructor(requester: Requester) {
    this.#requester = requester;
  }

  /** send sends the request of the operation Name. */
  protected send<Name extends Names>(
    method: Method, path: string, call: Call, options?: Options,
  ): Promise<Answer<Name>> {
    return this.#requester.request(method, path, call, options);
  }

  /** pages returns the list of the operation Name. */
  protected pages<Name extends Names, One = Item<Name>>(
    path: string, query: Cursors = {}, options?: Options,
  ): List<One, Page<Name, One>> {
    const { starting_after, ending_before, ...filters } = query;
    const fetch = (cursors: Cursors) => {
      return this.#requester.request<Page<Name, One>>("GET", path, { query: { ...filters, ...cursors } }, options);
    };
    return new List(fetch, { starting_after, ending_before });
  }
}

/** Page is a page of the operation Name, with its own members. */
type Page<Name extends Names, One> = Omit<Answer<Name>, "data"> & ListAnswer<One>;

/** VerificationSessions creates and reads verification sessions. */
export class VerificationSessions extends Resource {
  /** create makes a session. Pass its client_secret to the user's page. */
  create(params: Body<"createVerificationSession">, options?: Options) {
    return this.send<"createVerificationSession">("POST", "/v1/verification_sessions", { body: params }, options);
  }

  /** retrieve returns a session; expand: ["results"] adds the verdicts on its attempts. */
  retrieve(id: string, params?: Query<"getVerificationSession">, options?: Options) {
    return this.send<"getVerificationSession">(
      "GET", route`/v1/verification_sessions/${id}`, { query: params }, options,
    );
  }

  /** cancel ends a session that is not under judgement. */
  cancel(id: string, options?: Options) {
    return this.send<"cancelVerificationSession">("POST", route`/v1/verification_sessions/${id}/cancel`, {}, options);
  }

  list(params?: Query<"listVerificationSessions">, options?: Options) {
    return this.pages<"listVerificationSessions">("/v1/verification_sessions", params, options);
  }

  /** review decides about a session that waits for a reviewer. Addition. */
  review(id: string, params: Body<"reviewVerificationSession">, options?: Options) {
    return this.send<"reviewVerificationSession">(
      "POST", route`/v1/verification_sessions/${id}/review`, { body: params }, options,
    );
  }

  /** deleteBiometrics deletes the biometric data of a session, whatever its outcome. Addition. */
  deleteBiometrics(id: string, options?: Options) {
    return this.send<"deleteSessionBiometrics">(
      "DELETE", route`/v1/verification_sessions/${id}/biometrics`, {}, options,
    );
  }
}

/** WebhookEndpoints manages the URLs to which events are delivered. */
export class WebhookEndpoints extends Resource {
  /** create registers a URL. Save the secret of the answer. */
  create(params: Body<"createWebhookEndpoint">, options?: Options) {
    return this.send<"createWebhookEndpoint">("POST", "/v1/webhook_endpoints", { body: params }, options);
  }

  retrieve(id: string, options?: Options) {
    return this.send<"getWebhookEndpoint">("GET", route`/v1/webhook_endpoints/${id}`, {}, options);
  }

  update(id: string, params: Body<"updateWebhookEndpoint">, options?: Options) {
    return this.send<"updateWebhookEndpoint">("POST", route`/v1/webhook_endpoints/${id}`, { body: params }, options);
  }

  del(id: string, options?: Options) {
    return this.send<"deleteWebhookEndpoint">("DELETE", route`/v1/webhook_endpoints/${id}`, {}, options);
  }

  delete(id: string, options?: Options) {
    return this.del(id, options);
  }

  list(params?: Query<"listWebhookEndpoints">, options?: Options) {
    return this.pages<"listWebhookEndpoints">("/v1/webhook_endpoints", params, options);
  }

  /** listDeliveries lists the attempts at an endpoint. */
  listDeliveries(id: string, params?: Query<"listWebhookDeliveries">, options?: Options) {
    return this.pages<"listWebhookDeliveries">(route`/v1/webhook_endpoints/${id}/deliveries`, params, options);
  }

  /** retrieveDelivery returns an attempt with its request and answer. Addition. */
  retrieveDelivery(id: string, delivery: string, options?: Options) {
    return this.send<"getWebhookDelivery">(
      "GET", route`/v1/webhook_endpoints/${id}/deliveries/${delivery}`, {}, options,
    );
  }

  /** retryDelivery makes another attempt at once. Addition. */
  retryDelivery(id: string, delivery: string, options?: Options) {
    return this.send<"retryWebhookDelivery">(
      "POST", route`/v1/webhook_endpoints/${id}/deliveries/${delivery}/retry`, {}, options,
    );
  }

  /** rotateSecret returns the new secret; overlap_seconds lets the old one sign for that long. Addition. */
  rotateSecret(id: string, params?: Body<"rotateWebhookEndpointSecret">, options?: Options) {
    return this.send<"rotateWebhookEndpointSecret">(
      "POST", route`/v1/webhook_endpoints/${id}/rotate-secret`, { body: params }, options,
    );
  }

  /** finishRotation ends an overlap: only the new secret signs. Addition. */
  finishRotation(id: string, options?: Options) {
    return this.send<"finishWebhookEndpointRotation">(
      "POST", route`/v1/webhook_endpoints/${id}/rotate-secret/finish`, {}, options,
    );
  }

  /** test sends an event of type webhook_endpoint.test to the endpoint. Addition. */
  test(id: string, options?: Options) {
    return this.send<"testWebhookEndpoint">("POST", route`/v1/webhook_endpoints/${id}/test`, {}, options);
  }

  /** recover repeats the deliveries of a period that were never acknowledged. Addition. */
  recover(id: string, params: Body<"recoverWebhookEndpoint">, options?: Options) {
    return this.send<"recoverWebhookEndpoint">(
      "POST", route`/v1/webhook_endpoints/${id}/recover`, { body: params }, options,
    );
  }

  /** Addition. */
  retrieveRecovery(id: string, recovery: string, options?: Options) {
    return this.send<"getWebhookRecovery">(
      "GET", route`/v1/webhook_endpoints/${id}/recoveries/${recovery}`, {}, options,
    );
  }

  /** Addition. */
  listRecoveries(id: string, params?: Query<"listWebhookRecoveries">, options?: Options) {
    return this.pages<"listWebhookRecoveries">(route`/v1/webhook_endpoints/${id}/recoveries`, params, options);
  }
}

/** Events reads the events of the organization. */
export class Events extends Resource {
  retrieve(id: string, options?: Options) {
    return this.send<"getEvent">("GET", route`/v1/events/${id}`, {}, options) as Promise<Event>;
  }

  list(params?: Query<"listEvents">, options?: Options) {
    return this.pages<"listEvents", Event>("/v1/events", params, options);
  }

  /** replay sends an event again to every endpoint that is subscribed to its type. Addition. */
  replay(id: string, options?: Options) {
    return this.send<"replayEvent">("POST", route`/v1/events/${id}/replay`, {}, options) as Promise<Event>;
  }
}

/** VerifiedPersons finds persons who were verified before. */
export class VerifiedPersons extends Resource {
  lookup(params: Body<"lookUpVerifiedPerson">, options?: Options) {
    return this.send<"lookUpVerifiedPerson">("POST", "/v1/verified_person/lookup", { body: params }, options);
  }
}

/** Workflows writes, tries and publishes workflows. */
export class Workflows extends Resource {
  create(params: Body<"createWorkflow">, options?: Options) {
    return this.send<"createWorkflow">("POST", "/v1/workflows", { body: params }, options);
  }

  retrieve(id: string, options?: Options) {
    return this.send<"getWorkflow">("GET", route`/v1/workflows/${id}`, {}, options);
  }

  /** update changes the draft of a workflow. */
  update(id: string, params: Body<"postWorkflow">, options?: Options) {
    return this.send<"postWorkflow">("POST", route`/v1/workflows/${id}`, { body: params }, options);
  }

  list(params?: Query<"listWorkflows">, options?: Options) {
    return this.pages<"listWorkflows">("/v1/workflows", params, options);
  }

  /** publish makes the draft a version, which new sessions run. */
  publish(id: string, params?: Body<"publishWorkflow">, options?: Options) {
    return this.send<"publishWorkflow">("POST", route`/v1/workflows/${id}/publish`, { body: params }, options);
  }

  /** validate returns the faults of the draft. */
  validate(id: string, options?: Options) {
    return this.send<"validateWorkflow">("POST", route`/v1/workflows/${id}/validate`, {}, options);
  }

  /** rollback publishes an earlier version again. */
  rollback(id: string, params: Body<"rollbackWorkflow">, options?: Options) {
    return this.send<"rollbackWorkflow">("POST", route`/v1/workflows/${id}/rollback`, { body: params }, options);
  }

  /** simulate runs the draft on invented results. */
  simulate(id: string, params: Body<"simulateWorkflow">, options?: Options) {
    return this.send<"simulateWorkflow">("POST", route`/v1/workflows/${id}/simulate`, { body: params }, options);
  }

  /** backtest runs the draft on the results of earlier sessions. */
  backtest(id: string, params: Body<"backtestWorkflow">, options?: Options) {
    return this.send<"backtestWorkflow">("POST", route`/v1/workflows/${id}/backtest`, { body: params }, options);
  }

  retrieveVersion(id: string, version: number, options?: Options) {
    return this.send<"getWorkflowVersion">("GET", route`/v1/workflows/${id}/versions/${version}`, {}, options);
  }

  listVersions(id: string, params?: Query<"listWorkflowVersions">, options?: Options) {
    return this.pages<"listWorkflowVersions">(route`/v1/workflows/${id}/versions`, params, options);
  }
}

/** Reviews lists sessions that wait for a reviewer, or did. */
export class Reviews extends Resource {
  list(params?: Query<"listReviews">, options?: Options) {
    return this.pages<"listReviews">("/v1/reviews", params, options);
  }
}

/** RiskResource scores addresses, numbers and devices. */
export class RiskResource extends Resource {
  score(params: Body<"scoreRisk">, options?: Options) {
    return this.send<"scoreRisk">("POST", "/v1/risk/score", { body: params }, options);
  }

  retrieve(id: string, options?: Options) {
    return this.send<"getRiskAssessment">("GET", route`/v1/risk/${id}`, {}, options);
  }
}

/** TrustReuse manages the policy of shared verifications, and their grants. */
export class TrustReuse extends Resource {
  retrievePolicy(options?: Options) {
    return this.send<"getTrustPolicy">("GET", "/v1/trust_reuse/policy", {}, options);
  }

  updatePolicy(params: Body<"updateTrustPolicy">, options?: Options) {
    return this.send<"updateTrustPolicy">("POST", "/v1/trust_reuse/policy", { body: params }, options);
  }

  retrieveGrant(id: string, options?: Options) {
    return this.send<"getTrustGrant">("GET", route`/v1/trust_reuse/grants/${id}`, {}, options);
  }

  revokeGrant(id: string, options?: Options) {
    return this.send<"revokeTrustGrant">("POST", route`/v1/trust_reuse/grants/${id}/revoke`, {}, options);
  }

  listGrants(params?: Query<"listTrustGrants">, options?: Options) {
    return this.pages<"listTrustGrants">("/v1/trust_reuse/grants", params, options);
  }
}

/** ProviderConnectors manages the vendors that judge methods. */
export class ProviderConnectors extends Resource {
  /** create registers a vendor. Save the secret of the answer. */
  create(params: Body<"createProviderConnector">, options?: Options) {
    return this.send<"createProviderConnector">("POST", "/v1/provider_connectors", { body: params }, options);
  }

  retrieve(id: string, options?: Options) {
    return this.send<"getProviderConnector">("GET", route`/v1/provider_connectors/${id}`, {}, options);
  }

  update(id: string, params: Body<"updateProviderConnector">, options?: Options) {
    return this.send<"updateProviderConnector">(
      "POST", route`/v1/provider_connectors/${id}`, { body: params }, options,
    );
  }

  del(id: string, options?: Options) {
    return this.send<"deleteProviderConnector">("DELETE", route`/v1/provider_connectors/${id}`, {}, options);
  }

  delete(id: string, options?: Options) {
    return this.del(id, options);
  }

  list(params?: Query<"listProviderConnectors">, options?: Options) {
    return this.pages<"listProviderConnectors">("/v1/provider_connectors", params, options);
  }

  rotateSecret(id: string, options?: Options) {
    return this.send<"rotateProviderConnectorSecret">(
      "POST", route`/v1/provider_connectors/${id}/rotate-secret`, {}, options,
    );
  }
}

/** OrganizationResource reads and changes the settings of the organization. */
export class OrganizationResource extends Resource {
  retrieve(options?: Options) {
    return this.send<"getOrganization">("GET", "/v1/organization", {}, options);
  }

  update(params: Body<"updateOrganization">, options?: Options) {
    return this.send<"updateOrganization">("POST", "/v1/organization", { body: params }, options);
  }

  /** retrieveEmbedOrigins returns the origins whose pages may show a session in a frame. */
  retrieveEmbedOrigins(options?: Options) {
    return this.send<"getEmbedOrigins">("GET", "/v1/organization/embed_origins", {}, options);
  }

  updateEmbedOrigins(params: Body<"changeEmbedOrigins">, options?: Options) {
    return this.send<"changeEmbedOrigins">("POST", "/v1/organization/embed_origins", { body: params }, options);
  }
}

/** ComplianceParams are the parameters of check. */
export type ComplianceParams =
  Omit<Query<"checkCompliance">, "use_cases"> & { use_cases: readonly UseCase[] | string };

/** Compliance looks up the rules of a place. */
export class Compliance extends Resource {
  /** check returns the rules for one or more products, and those that satisfy all of them. */
  check(params: ComplianceParams, options?: Options) {
    return this.send<"checkCompliance">("GET", "/v1/compliance/check", { query: params }, options);
  }
}
