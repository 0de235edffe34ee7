import type { components, operations } from "./schema.gen.js";

type Schemas = components["schemas"];
type Names = keyof operations;

/** Answer is the body of the successful answer to an operation of openapi.yaml. */
export type Answer<Name extends Names> = Name extends "createVerificationSession" ? CreatedVerificationSession
  : operations[Name]["responses"] extends infer All ? Content<All[keyof All]> : never;

type Content<Response> = Response extends { content: { "application/json": infer Body } } ? Body : never;

/** Body is the JSON that an operation takes. */
export type Body<Name extends Names> = Content<NonNullable<operations[Name]["requestBody"]>>;

type RawQuery<Name extends Names> = NonNullable<operations[Name]["parameters"]["query"]>;

/**
 * Query is the query of an operation, with `expand[]` as expand, `created[gte]` as created: { gte } and "true" as true.
 */
export type Query<Name extends Names> = Plain<RawQuery<Name>> & Expansion<RawQuery<Name>> & Ranges<RawQuery<Name>>;

type Plain<Q> = { [Key in keyof Q as Key extends `${string}[${string}` ? never : Key]: Flag<Q[Key]> };
type Flag<Value> = [Exclude<Value, undefined>] extends ["true" | "false"] ? boolean : Value;
type Expansion<Q> = "expand[]" extends keyof Q ? { expand?: NonNullable<Q["expand[]"]> } : unknown;
type RangeOf<Key> = Key extends `${infer Field}[gte]` ? Field : never;
type Ranges<Q> = { [Field in RangeOf<keyof Q>]?: Range };

/** Range bounds a time in Unix seconds. */
export interface Range {
  gt?: number;
  gte?: number;
  lt?: number;
  lte?: number;
}

/** ListAnswer is a page of a list as the API returns it. */
export interface ListAnswer<Item> {
  object: "list";
  url: string;
  has_more: boolean;
  data: Item[];
}

/** Item is the object that a list operation lists. */
export type Item<Name extends Names> = Answer<Name> extends { data: (infer One)[] } ? One : never;

export type VerificationSession = Schemas["RetrievedVerificationSession"];
/** A session as its creation returns it: client_secret and url are returned once. */
export type CreatedVerificationSession =
  Schemas["CreatedVerificationSession"] & Required<Pick<Schemas["VerificationSession"], "client_secret" | "url">>;
export type VerificationResult = Schemas["VerificationResult"];
export type VerificationSessionCreateParams = Schemas["VerificationSessionCreate"];
export type WebhookEndpoint = Schemas["WebhookEndpoint"];
export type CreatedWebhookEndpoint = Schemas["CreatedWebhookEndpoint"];
export type WebhookDelivery = Schemas["WebhookDelivery"];
export type ComplianceCheck = Schemas["ComplianceCheck"];
export type UseCase = Schemas["UseCase"];
export type VerifiedPersonLookupResult = Schemas["VerifiedPersonLookupResult"];
export type RiskAssessment = Schemas["RiskAssessment"];
export type Workflow = Schemas["Workflow"];
export type WorkflowVersion = Schemas["WorkflowVersion"];
export type Review = Schemas["Review"];
export type TrustGrant = Schemas["TrustGrant"];
export type TrustPolicy = Schemas["TrustPolicy"];
export type ProviderConnector = Schemas["ProviderConnector"];
export type Organization = Schemas["Organization"];

export type EventType = Schemas["EventType"];
type Told<Type, Data> = Omit<Schemas["Event"], "type" | "data"> & { type: Type; data: Data };
type Of<Prefix extends string> = Extract<EventType, `${Prefix}.${string}`>;
/** SessionEvent is an event about a session, with the session at that time. */
export type SessionEvent =
  Told<Of<"verification_session"> | Of<"session_review">, Schemas["VerificationSessionSnapshot"]>;
/** TrustReuseEvent is an event about a grant, with the grant at that time. */
export type TrustReuseEvent =
  Told<Of<"trust_reuse_grant"> | Of<"trust_reuse_consent">, Schemas["TrustGrantData"]>;
/** TestEvent is the event of webhookEndpoints.test. */
export type TestEvent = Told<"webhook_endpoint.test", Schemas["TestedEndpoint"]>;
/** Event is an event of any type; `type` tells the type of `data`. */
export type Event = SessionEvent | TrustReuseEvent | TestEvent;
