import type { components } from "./schema.gen.ts";

type Schemas = components["schemas"];

/** View is a session as its page shows it. */
export type View = Schemas["VerificationView"];
/** MethodView is one method of a view. */
export type MethodView = View["methods"][number];
/** Method is the name of a method, such as `self_attestation`. */
export type Method = Schemas["Method"];
/** Status is the public status of a session; with a credential it also names the device that holds the session. */
export type Status = Schemas["VerificationStatus"];
export type SessionStatus = Schemas["SessionStatus"];
/** Attempt is the answer to a submission. */
export type Attempt = Schemas["MethodAttempt"];
/** Handoff is a token that takes the session to a phone, as a link and a QR code. */
export type Handoff = Schemas["Handoff"];
/** EmailOTP is the state of the proof that the user has control of an e-mail address. */
export type EmailOTP = Schemas["EmailOTP"];
/** SharingConsent is the state of the user's consent to share the verification with other organizations. */
export type SharingConsent = Pick<View["trust_reuse"], "consent">;
/** SharingLink is the link of a mail about a shared verification. */
export type SharingLink = Schemas["TrustLink"];
/** Challenge is the answer of a method to its beginning. */
export type Challenge = Schemas["MethodChallenge"];
/** GuardianRequest is the request behind the link of a mail to a parent or guardian. */
export type GuardianRequest = Schemas["GuardianRequest"];
/** DeviceToken is the credential of a phone that holds a session. */
export type DeviceToken = Schemas["DeviceToken"];
/** Hints are what the page says of the device when it opens a session. */
export type Hints = Schemas["DeviceHints"];
/** Trouble is a failure of the device, which the page reports. */
export type Trouble = Schemas["HandoffReason"];
export type Reason = Schemas["Reason"];
export type Upload = Schemas["Upload"];
/** Submission is the input of a method. */
export type Submission = Schemas["MethodSubmission"];
