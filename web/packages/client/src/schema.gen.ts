// Generated from api/openapi.yaml by `npm run types`. Do not change it by hand.

export type paths = {
    "/.well-known/jwks.json": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read the public keys of VP tokens
         * @description A JWK set (RFC 7517). The header `kid` of a token names its key. A client that meets an unknown `kid` reads the
         *     set again. A valid signature does not mean that the verification holds: redeem the token to know.
         */
        get: operations["getPublicKeys"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/docs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Show the documentation
         * @description The first page, with links to all others. Not served if the operator has switched it off.
         */
        get: operations["getDocumentation"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/docs.md": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Retrieve a page of the documentation as Markdown
         * @description The first page. That of any other page is at its path with `.md` at the end.
         */
        get: operations["getDocumentationSource"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/healthz": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Report whether the process is alive */
        get: operations["getHealth"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/llms-full.txt": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Retrieve the whole documentation as one text */
        get: operations["getDocumentationText"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/llms.txt": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Retrieve the index of the documentation for language models */
        get: operations["getDocumentationIndex"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/metrics": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read the metrics
         * @description In the text format of Prometheus.
         */
        get: operations["getMetrics"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/openapi.yaml": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Read this document */
        get: operations["getSpecification"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/readyz": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Report whether the process can serve requests
         * @description Ready means that the database takes writes, that its schema is the one of this version, and that the keys open
         *     the stored data. The message of a refusal names every faulty part. The answer may be a second old.
         */
        get: operations["getReadiness"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/compliance/check": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Check legal requirements
         * @description The required age tier, prohibition, allowed methods and retention for products in a jurisdiction, one by one
         *     and as one summary. Informational, and no legal advice. A session resolves its rule itself.
         */
        get: operations["checkCompliance"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List events */
        get: operations["listEvents"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/events/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The event's id, `evt_…`. */
                id: string;
            };
            cookie?: never;
        };
        /** Retrieve an event */
        get: operations["getEvent"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/events/{id}/replay": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The event's id, `evt_…`. */
                id: string;
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Deliver an event again
         * @description Sends it to every enabled endpoint that is subscribed to its type now, whether it has acknowledged the event
         *     or not. Receivers recognise the repeat by the event's id.
         */
        post: operations["replayEvent"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/guardian": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Read the request of a mail to a guardian
         * @description Returns the request to a parent or guardian, and changes nothing. The token is the fragment of the link's URL. The answer tells nothing about the child.
         */
        post: operations["showGuardianRequest"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/guardian/decision": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Consent or refuse
         * @description `consent` needs the proof (409 `guardian_unproven` before) and the version of the text that the guardian has read. It
         *     becomes the submission of the child's attempt. A refusal does if no other guardian is left to decide. A repeat
         *     changes nothing. 409 `challenge_invalid` means that no decision is asked for any more.
         */
        post: operations["decideGuardian"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/guardian/proof": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Begin the proof that the guardian is an adult
         * @description Returns the session in which the guardian proves to be an adult, with its `client_secret` while it is open. It is
         *     made at the first call, and again after one that ended without proof, five times at the most. The merchant is not
         *     told of it. 409 `challenge_invalid` means that no decision is asked for any more.
         */
        post: operations["proveGuardian"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/guardian/withdraw": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Withdraw a consent
         * @description Revokes the child's credential, or fails the session while it is open (`consent_withdrawn`). Before the decision it
         *     refuses. A repeat changes nothing.
         */
        post: operations["withdrawGuardian"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/handoff/exchange": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Take a session with a handoff's token
         * @description For a page or an app that a QR code or a link has opened. A page's origin must be one that the organization
         *     has allowed, or the installation's own. The first of all devices that show the token takes the session and
         *     uses the `device_token` from then on, on the routes that take a client secret. No other device can use the
         *     token after it; a repeat of the request with the same `Idempotency-Key` is answered once more.
         */
        post: operations["exchangeHandoff"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/methods/{method}/{route}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                method: components["schemas"]["Method"];
                /** @description One of the method's own routes, as its page in docs/methods lists them. */
                route: string;
            };
            cookie?: never;
        };
        /**
         * Reply to a challenge by a link or a redirect
         * @description For others than the user's device: a wallet, a bank, another person. The challenge is named where the method says, such as in `state`. Parameters, body and answer are the method's
         *     own.
         */
        get: operations["getReplyByState"];
        put?: never;
        /**
         * Reply to a challenge
         * @description For others than the user's device: a wallet, a bank, another person. The challenge is named where the method says, such as in `state`. Parameters, body and answer are the method's
         *     own.
         */
        post: operations["postReplyByState"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/methods/{method}/{route}/{challenge}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The challenge's id, `mch_…`. */
                challenge: string;
                method: components["schemas"]["Method"];
                /** @description One of the method's own routes, as its page in docs/methods lists them. */
                route: string;
            };
            cookie?: never;
        };
        /**
         * Reply to a challenge by a link or a redirect
         * @description For others than the user's device: a wallet, a bank, another person. Parameters, body and answer are the method's
         *     own.
         */
        get: operations["getReply"];
        put?: never;
        /**
         * Reply to a challenge
         * @description For others than the user's device: a wallet, a bank, another person. Parameters, body and answer are the method's
         *     own.
         */
        post: operations["postReply"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/organization": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Retrieve the organization of the key */
        get: operations["getOrganization"];
        /**
         * Update the organization
         * @description Same as the POST.
         */
        put: operations["putOrganization"];
        /**
         * Update the organization
         * @description A field that is left out stays. Every change is in the audit log.
         */
        post: operations["updateOrganization"];
        delete?: never;
        options?: never;
        head?: never;
        /**
         * Update the organization
         * @description Same as the POST.
         */
        patch: operations["patchOrganization"];
        trace?: never;
    };
    "/v1/organization/embed_origins": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the origins of pages that may show sessions in a frame */
        get: operations["getEmbedOrigins"];
        put?: never;
        /**
         * Add and remove origins of pages that may show sessions in a frame
         * @description Removes the origins of `remove` and adds those of `add`, all or none. Adding a listed origin changes nothing. A
         *     live organization takes https alone. At most 50 origins are listed. Every change is in the audit log.
         */
        post: operations["changeEmbedOrigins"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/provider_callbacks/{id}": {
        parameters: {
            query?: never;
            header: {
                /**
                 * @description `t={Unix seconds},v1={hex}`, HMAC-SHA256 over `{t}.{body}`, keyed with the connector's secret. The time may
                 *     differ by five minutes from now.
                 */
                "Stile-Signature": string;
            };
            path: {
                /** @description The submission's id, `vr_…`, from the request to the provider. */
                id: string;
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Give the verdict on a submission
         * @description For providers. The first verdict counts; a repeat of it gets the same answer and changes nothing.
         */
        post: operations["giveVerdict"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/provider_connectors": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List provider connectors */
        get: operations["listProviderConnectors"];
        put?: never;
        /**
         * Create a provider connector
         * @description From now on the provider judges the method. Only this answer has the signing `secret`.
         */
        post: operations["createProviderConnector"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/provider_connectors/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The connector's id, `pc_…`. */
                id: string;
            };
            cookie?: never;
        };
        /** Retrieve a provider connector */
        get: operations["getProviderConnector"];
        /**
         * Update a provider connector
         * @description Same as the POST.
         */
        put: operations["putProviderConnector"];
        /**
         * Update a provider connector
         * @description A field that is left out stays. Submissions under way use the new settings.
         */
        post: operations["updateProviderConnector"];
        /**
         * Delete a provider connector
         * @description Submissions that wait for the provider end as `provider_unavailable` when its time is over.
         */
        delete: operations["deleteProviderConnector"];
        options?: never;
        head?: never;
        /**
         * Update a provider connector
         * @description Same as the POST.
         */
        patch: operations["patchProviderConnector"];
        trace?: never;
    };
    "/v1/provider_connectors/{id}/rotate-secret": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The connector's id, `pc_…`. */
                id: string;
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Replace the signing secret
         * @description The new secret is valid at once, for requests and for callbacks. Only this answer has it.
         */
        post: operations["rotateProviderConnectorSecret"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/reviews": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List reviews */
        get: operations["listReviews"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/risk/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Retrieve an assessment
         * @description An assessment can be retrieved for 90 days, unless the operator has set another time.
         */
        get: operations["getRiskAssessment"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/risk/score": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Score the risk of a user
         * @description Scores a user by address, e-mail address, phone number and device. At least one of `ip`,
         *     `email`, `phone` and `device_id` is needed. The identifiers are used for this request: only keyed hashes of them
         *     are stored, for a day, to count how often each was scored. Each request counts, except the repeat of one with an
         *     `Idempotency-Key`. The score is the sum of the weights of the signals, at most 100.
         */
        post: operations["scoreRisk"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/stile.js": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read the widget's launcher
         * @description The script that merchants' pages load, from any origin. See docs/widget.md.
         */
        get: operations["getLauncher"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/trust_reuse/grants": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the accepted grants */
        get: operations["listTrustGrants"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/trust_reuse/grants/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The grant's id, `trg_…`. */
                id: string;
            };
            cookie?: never;
        };
        /** Retrieve a grant */
        get: operations["getTrustGrant"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/trust_reuse/grants/{id}/revoke": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The grant's id, `trg_…`. */
                id: string;
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Revoke a grant
         * @description Revokes the grant with the credential that the organization got by it, and fires `trust_reuse_grant.revoked`.
         *     Sessions that it has verified stay verified. The organization gets no further grant of this person: later
         *     sessions verify the person anew. A repeat answers the revoked grant.
         */
        post: operations["revokeTrustGrant"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/trust_reuse/link": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Read a link of a mail about a grant
         * @description Tells the page of the link its scope, and changes nothing. The token is the fragment of the link's URL. The
         *     answer names the organization that accepted the verification, and nothing else: neither the organization that
         *     made it, nor a person or a method.
         */
        post: operations["showTrustLink"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/trust_reuse/link/revoke": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Revoke by a link of a mail about a grant
         * @description Revokes the grant (`scope: grant`), or ends all sharing of its person (`scope: all`). A link works once: a repeat
         *     changes nothing and gets the same answer.
         */
        post: operations["followTrustLink"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/trust_reuse/policy": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Retrieve the policy */
        get: operations["getTrustPolicy"];
        /**
         * Update the policy
         * @description Same as the POST.
         */
        put: operations["putTrustPolicy"];
        /**
         * Update the policy
         * @description A field that is left out stays. By `accept: true` the organization accepts verifications of other organizations as
         *     its own, and keeps the liability for them: each switch from false to true needs `liability_acknowledged: true`,
         *     or is refused with 400 `parameter_invalid`. Where the service cannot send mails the answer is 409
         *     `trust_reuse_unavailable`, because its users could not be told of grants. Every change is in the audit log, with
         *     the acknowledgement.
         */
        post: operations["updateTrustPolicy"];
        delete?: never;
        options?: never;
        head?: never;
        /**
         * Update the policy
         * @description Same as the POST.
         */
        patch: operations["patchTrustPolicy"];
        trace?: never;
    };
    "/v1/verification_sessions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List verification sessions */
        get: operations["listVerificationSessions"];
        put?: never;
        /**
         * Create a verification session
         * @description Starts a session that runs the workflow's published version. Only this answer has `client_secret` and `url`.
         *     Creating sessions with a publishable key is deprecated, and the answer says so.
         */
        post: operations["createVerificationSession"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/verification_sessions/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The session's id, `vks_…`. */
                id: components["parameters"]["SessionID"];
            };
            cookie?: never;
        };
        /**
         * Retrieve a verification session
         * @description Webhooks report changes; read the session to start up or to reconcile.
         */
        get: operations["getVerificationSession"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/verification_sessions/{id}/biometrics": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The session's id, `vks_…`. */
                id: components["parameters"]["SessionID"];
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Delete the biometric data of a session
         * @description Deletes the portrait of the document, the templates of faces, and the pictures of faces that no submission under
         *     judgement names; those are deleted with their verdict. The session and its outcome stay as they are, except that
         *     an open session cannot match a face before another document has been shown. Stile deletes all of this by itself
         *     at the end of the session, or after the rule's `biometric_retention_days`. A repeat deletes nothing more. Each
         *     call is in the audit log.
         */
        delete: operations["deleteSessionBiometrics"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/verification_sessions/{id}/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The session's id, `vks_…`. */
                id: components["parameters"]["SessionID"];
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Cancel a verification session
         * @description Possible while the session is `created`, `pending` or `requires_input`.
         */
        post: operations["cancelVerificationSession"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/verification_sessions/{id}/review": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The session's id, `vks_…`. */
                id: components["parameters"]["SessionID"];
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Decide a review
         * @description The first decision stands. A repeat of it changes nothing; any other is refused with `review_decided`. An
         *     approval that would verify a session of type `identity` without a passed method of the strength of
         *     `document_capture` or better is refused with `identity_unproven`, and the review keeps waiting. An escalated
         *     review keeps waiting too. A workflow may continue after a decision, also to another review, so the session
         *     need not end with it; name the `node` that was decided.
         */
        post: operations["reviewVerificationSession"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/verified_person/lookup": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Look up a verified person
         * @description Reports whether a person has been verified under the conditions: at this organization, and at others if it has
         *     `network_dedup` on. An unknown person gives the same answer as one without a matching verification. An
         *     organization may look up a limited number of persons per minute.
         */
        post: operations["lookUpVerifiedPerson"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/verify/logos/{org}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read the logo of an organization
         * @description The view names the address of the logo. It changes with the logo, so caches may keep it for a day.
         */
        get: operations["getLogo"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/verify/logos/{org}/{choice}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read the logo of a choice, such as a bank
         * @description The view names the address of the logo. It changes with the logo, so caches may keep it for a day.
         */
        get: operations["getChoiceLogo"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/verify/session/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The session's id, `vks_…`. */
                id: components["parameters"]["SessionID"];
            };
            cookie?: never;
        };
        /**
         * Read the session's view
         * @description With `Upgrade: websocket` and without a credential, this opens the live channel of the phone that takes or
         *     holds the session, with JSON messages in text frames. The first is `hello`. See docs/live-channel.md.
         */
        get: operations["getVerificationView"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/verify/session/{id}/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The session's id, `vks_…`. */
                id: components["parameters"]["SessionID"];
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Cancel the verification as its user
         * @description Possible while the session is `created`, `pending` or `requires_input`.
         */
        post: operations["cancelVerification"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/verify/session/{id}/consent": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The session's id, `vks_…`. */
                id: components["parameters"]["SessionID"];
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Consent to biometric processing
         * @description The view says in `consent_required` that the law requires consent before a face is measured. Until then
         *     `facial_age`, `selfie_liveness` and `selfie_match` answer 409 `consent_required`.
         */
        post: operations["consentToBiometrics"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/verify/session/{id}/device/heartbeat": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The session's id, `vks_…`. */
                id: components["parameters"]["SessionID"];
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Report that the phone is alive
         * @description For the phone, with its device token. Two minutes without a heartbeat free the session.
         */
        post: operations["keepDevice"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/verify/session/{id}/device/release": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The session's id, `vks_…`. */
                id: components["parameters"]["SessionID"];
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Give the session back
         * @description The phone releases the session, or the desktop takes it back. This ends the attempt. It changes nothing if no
         *     phone holds the session.
         */
        post: operations["releaseDevice"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/verify/session/{id}/events": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The session's id, `vks_…`. */
                id: components["parameters"]["SessionID"];
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Report a failure on the user's device
         * @description A set-up failure, a camera failure or two failed scans make the view say `offer_handoff: true`, with
         *     `handoff_reason`. The first sufficient reason stays. Report `scan_failed` for scans without a usable picture.
         *     A `document_capture`, `facial_age`, `selfie_liveness` or `selfie_match` that is judged `failed` or
         *     `requires_input` counts by itself. No webhook is sent. With an `Idempotency-Key` a repeated report counts
         *     once.
         */
        post: operations["reportDeviceTrouble"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/verify/session/{id}/handoff": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The session's id, `vks_…`. */
                id: components["parameters"]["SessionID"];
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Make a token that hands the session to a phone
         * @description For the desktop. The token lives five minutes and is used once. The first device that shows it holds the
         *     session. A repeated request within 60 seconds returns the same token. While a phone holds the session the
         *     answer is 409 `session_locked_to_other_device`. A session is handed off 50 times; then 409 `handoff_disabled`
         *     says that it continues on this device.
         */
        post: operations["mintHandoff"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/verify/session/{id}/handoff/confirm": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The session's id, `vks_…`. */
                id: components["parameters"]["SessionID"];
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Choose the number that the desktop shows
         * @description For the phone, with its device token. The view lists in `handoff_choices` the numbers to choose among; the
         *     desktop's status shows the right one in `handoff_number`. The user has one try. A wrong choice ends the
         *     attempt, and frees the session, with 409 `handoff_ended`.
         */
        post: operations["confirmHandoff"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/verify/session/{id}/methods/{method}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The session's id, `vks_…`. */
                id: components["parameters"]["SessionID"];
                /** @description A method that the session offers. */
                method: components["schemas"]["Method"];
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Submit a method's input */
        post: operations["submitMethod"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/verify/session/{id}/methods/{method}/begin": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The session's id, `vks_…`. */
                id: components["parameters"]["SessionID"];
                /** @description A method that the session offers and that has something to begin. */
                method: components["schemas"]["Method"];
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Make a method's challenge before a submission
         * @description A nonce, a signed request, a sequence of challenges or a redirect, in `data`. It belongs to the next attempt and is
         *     used up by one submission. A session begins 500 of them at the most.
         */
        post: operations["beginMethod"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/verify/session/{id}/open": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The session's id, `vks_…`. */
                id: components["parameters"]["SessionID"];
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Report that the user has opened the page
         * @description Moves the session from `created` to `pending`; opening it again changes nothing. If the session's
         *     `jurisdiction_provisional` is true, the user's own address now decides the jurisdiction, the age tier and the
         *     methods on offer, which are `upcoming` before. If the place is unknown, or the workflow cannot run there, the
         *     answer is 422 `jurisdiction_unresolvable` or `use_case_prohibited`, or 400 `parameter_invalid` without a
         *     parameter if the workflow is not published for that place, and the session stays as it was. A submission opens
         *     such a session too.
         *
         *     The body says of the device what the view asks for in `device_hints`, for the signals of risk that the workflow
         *     includes. Without it, these signals are not found.
         */
        post: operations["openVerification"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/verify/session/{id}/otp": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The session's id, `vks_…`. */
                id: components["parameters"]["SessionID"];
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Mail a one-time code to the user
         * @description Six digits that the user enters within ten minutes, in five tries; a new code replaces the last one. It goes to
         *     the session's address, or to `email`. The answer is the same for every address. The code proves control of the
         *     address, and nothing else. Three codes are mailed in 15 minutes for a session, and three to an address; a session
         *     has at most 30.
         */
        post: operations["sendOTP"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/verify/session/{id}/otp/verify": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The session's id, `vks_…`. */
                id: components["parameters"]["SessionID"];
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Enter the one-time code
         * @description The right code proves that the user has control of the address that it was mailed to. If an earlier verification
         *     of that person stands in, the session is `verified` with the path `returning_user`; if none does, the user goes
         *     on as without a code. `otp_invalid` is a wrong
         *     code; its message and `email_otp` of the view tell the tries left. `otp_expired` means that the code can no
         *     longer be entered, and `email_not_verified` that none was mailed: ask for one. A repeat after the proof returns
         *     the view.
         */
        post: operations["verifyOTP"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/verify/session/{id}/status": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The session's id, `vks_…`. */
                id: components["parameters"]["SessionID"];
            };
            cookie?: never;
        };
        /**
         * Read, or wait for, the status of a session
         * @description Needs no credential. With the client secret the answer also says which device holds the session. Send the last
         *     `ETag` as `If-None-Match`, and `wait` to be answered as soon as a field changes; with the client secret, as soon
         *     as the session changes, so that a page then reads the view again. Intermediaries must not store
         *     the answer (`Cache-Control: no-store`); the ETag is for clients that keep it themselves.
         */
        get: operations["getVerificationStatus"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/verify/session/{id}/trust_reuse": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The session's id, `vks_…`. */
                id: components["parameters"]["SessionID"];
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Share the verification with other organizations
         * @description The user of a verified session consents that other organizations accept this verification (`consent: true`), or
         *     withdraws the consent, which revokes the grants that rest on it. Only the user's own action may cause the call:
         *     the consent is never given in advance. A repeat changes nothing. 409 `trust_reuse_unavailable` means that there
         *     is nothing to share: the session is not verified, its verification was made by another organization, was revoked
         *     or has no e-mail address; the service cannot send mails; or the user has consented ten times before. The view
         *     says so in `trust_reuse.available`.
         */
        post: operations["shareVerification"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/verify/session/{id}/uploads": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The session's id, `vks_…`. */
                id: components["parameters"]["SessionID"];
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Upload a file for an attempt
         * @description The body is the file as it is, up to 8 MiB (`STILE_UPLOAD_MAX_BYTES`): JPEG, PNG, WebP, HEIC, MP4, QuickTime, WebM,
         *     or an elementary file of a passport's chip. The first bytes decide which; `Content-Type` is not looked at. A
         *     submission names uploads by their ids. An attempt takes 12 (`STILE_UPLOADS_PER_ATTEMPT`). Uploads are stored sealed
         *     and deleted with the verdict on the attempt, or with the end of the session.
         *
         *     With `Upload-Complete: ?0` the body is the first piece of the file, of at least 16 KiB, or empty. The others
         *     follow with `PATCH`, as in draft-ietf-httpbis-resumable-upload. An incomplete upload counts among the 12, and
         *     cannot be submitted.
         */
        post: operations["uploadFile"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/verify/session/{id}/uploads/{upload}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The session's id, `vks_…`. */
                id: components["parameters"]["SessionID"];
                /** @description The upload's id, `upl_…`. */
                upload: string;
            };
            cookie?: never;
        };
        /**
         * Read how much of an upload has arrived
         * @description Also with `HEAD`. After a lost answer, continue at `Upload-Offset`.
         */
        get: operations["getUpload"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /**
         * Append a piece to an upload
         * @description The body is the next piece. Every piece but the last has at least 16 KiB. The last one has
         *     `Upload-Complete: ?1`: then the content decides the type, and content of another type ends the upload. A piece
         *     that does not begin where the upload ends is answered 409 `upload_offset_mismatch` with the right
         *     `Upload-Offset`, so a repeated piece counts once. An upload expires an hour after its last piece.
         */
        patch: operations["continueUpload"];
        trace?: never;
    };
    "/v1/verify/session/{id}/vp_token": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The session's id, `vks_…`. */
                id: components["parameters"]["SessionID"];
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Verify the session by a VP token
         * @description Takes the token of an earlier verification of this user at the same organization. A repeat gives the same
         *     answer. `vp_token_invalid` means that the token is malformed, expired, revoked, of another organization, from
         *     another page or for another e-mail address: forget it. `session_not_redeemable` means that the session has
         *     ended, has had a submission or asks for a fresh verification, or that the earlier verification is too weak, too
         *     low or too old for it: verify anew, and keep the token. Where the workflow demands a proof of the e-mail address,
         *     `email_not_verified` asks for a code, and `otp_not_proven` for its digits.
         */
        post: operations["redeemVPToken"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/webhook_endpoints": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List webhook endpoints */
        get: operations["listWebhookEndpoints"];
        put?: never;
        /**
         * Create a webhook endpoint
         * @description Only this answer has the signing `secret`.
         */
        post: operations["createWebhookEndpoint"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/webhook_endpoints/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The endpoint's id, `we_…`. */
                id: string;
            };
            cookie?: never;
        };
        /** Retrieve a webhook endpoint */
        get: operations["getWebhookEndpoint"];
        /**
         * Update a webhook endpoint
         * @description Same as the POST.
         */
        put: operations["putWebhookEndpoint"];
        /**
         * Update a webhook endpoint
         * @description A field that is left out stays. Disabling the endpoint closes its pending deliveries.
         */
        post: operations["updateWebhookEndpoint"];
        /**
         * Delete a webhook endpoint
         * @description Closes its pending deliveries.
         */
        delete: operations["deleteWebhookEndpoint"];
        options?: never;
        head?: never;
        /**
         * Update a webhook endpoint
         * @description Same as the POST.
         */
        patch: operations["patchWebhookEndpoint"];
        trace?: never;
    };
    "/v1/webhook_endpoints/{id}/deliveries": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The endpoint's id, `we_…`. */
                id: string;
            };
            cookie?: never;
        };
        /**
         * List deliveries
         * @description The attempts to deliver events to the endpoint, newest first. A scheduled later attempt is listed only with
         *     `status=pending`.
         */
        get: operations["listWebhookDeliveries"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/webhook_endpoints/{id}/deliveries/{delivery}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The delivery's id, `whd_…`. */
                delivery: string;
                /** @description The endpoint's id, `we_…`. */
                id: string;
            };
            cookie?: never;
        };
        /**
         * Retrieve a delivery
         * @description With the request as it was sent, and the endpoint's answer.
         */
        get: operations["getWebhookDelivery"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/webhook_endpoints/{id}/deliveries/{delivery}/retry": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The delivery's id, `whd_…`. */
                delivery: string;
                /** @description The endpoint's id, `we_…`. */
                id: string;
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Retry a failed delivery
         * @description Makes another attempt at once, with its own id and the same event, instead of the scheduled one. The schedule
         *     continues from there.
         */
        post: operations["retryWebhookDelivery"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/webhook_endpoints/{id}/recover": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The endpoint's id, `we_…`. */
                id: string;
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Redeliver all unacknowledged events
         * @description Makes another attempt at every event of the period that was due to the endpoint and that it never
         *     acknowledged, without a limit of number, oldest first and at the pace of the endpoint's answers. It replaces
         *     scheduled attempts. Acknowledged events, and events with an attempt under way, are left alone. The answer
         *     comes at once; the recovery reports its progress.
         */
        post: operations["recoverWebhookEndpoint"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/webhook_endpoints/{id}/recoveries": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The endpoint's id, `we_…`. */
                id: string;
            };
            cookie?: never;
        };
        /**
         * List recoveries
         * @description The recoveries of the endpoint, newest first.
         */
        get: operations["listWebhookRecoveries"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/webhook_endpoints/{id}/recoveries/{recovery}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The endpoint's id, `we_…`. */
                id: string;
                /** @description The recovery's id, `whr_…`. */
                recovery: string;
            };
            cookie?: never;
        };
        /** Retrieve a recovery */
        get: operations["getWebhookRecovery"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/webhook_endpoints/{id}/rotate-secret": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The endpoint's id, `we_…`. */
                id: string;
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Replace the signing secret
         * @description Only this answer has the new secret, which signs at once. With an overlap `Stile-Signature` stays signed with
         *     the old secret until the overlap ends, and `Stile-Signature-Next` is signed with the new one. Until then
         *     another rotation with an overlap is refused, because it would leave the first new secret unverifiable. A
         *     rotation without an overlap ends both older secrets at once, for leaked secrets. A repeat under the same
         *     `Idempotency-Key` returns the same secret.
         */
        post: operations["rotateWebhookEndpointSecret"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/webhook_endpoints/{id}/rotate-secret/finish": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The endpoint's id, `we_…`. */
                id: string;
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * End the overlap of a rotation
         * @description From now on the new secret signs. Without an overlap nothing changes.
         */
        post: operations["finishWebhookEndpointRotation"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/webhook_endpoints/{id}/test": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The endpoint's id, `we_…`. */
                id: string;
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Send a test event
         * @description Sends an event of type `webhook_endpoint.test` to this endpoint only, whatever its subscriptions, in one
         *     attempt. Retrieve the delivery to see the answer.
         */
        post: operations["testWebhookEndpoint"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/workflows": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List workflows */
        get: operations["listWorkflows"];
        put?: never;
        /**
         * Create a workflow
         * @description Makes a draft. No session can use it before it is published.
         */
        post: operations["createWorkflow"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/workflows/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The workflow's id, `wf_…`. */
                id: components["parameters"]["WorkflowID"];
            };
            cookie?: never;
        };
        /**
         * Retrieve a workflow
         * @description Returns the draft, which may be ahead of the published version.
         */
        get: operations["getWorkflow"];
        /**
         * Edit a workflow
         * @description Same as the PATCH.
         */
        put: operations["putWorkflow"];
        /**
         * Edit a workflow
         * @description Same as the PATCH.
         */
        post: operations["postWorkflow"];
        delete?: never;
        options?: never;
        head?: never;
        /**
         * Edit a workflow
         * @description Changes only the draft; a field that is left out stays. Sessions see the change once it is published.
         */
        patch: operations["updateWorkflow"];
        trace?: never;
    };
    "/v1/workflows/{id}/backtest": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The workflow's id, `wf_…`. */
                id: components["parameters"]["WorkflowID"];
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Replay past sessions
         * @description Runs the recorded results of the workflow's last sessions, or of those of a filter, on the draft, or on a
         *     version, and returns the sessions that would have ended otherwise. Conditions are evaluated anew. Sessions
         *     that were created verified are left out.
         */
        post: operations["backtestWorkflow"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/workflows/{id}/publish": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The workflow's id, `wf_…`. */
                id: components["parameters"]["WorkflowID"];
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Publish a workflow
         * @description Compiles the draft and freezes it as the next version. A draft with faults is refused. `warnings` lists
         *     settings without effect.
         */
        post: operations["publishWorkflow"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/workflows/{id}/rollback": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The workflow's id, `wf_…`. */
                id: components["parameters"]["WorkflowID"];
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Publish an old version again
         * @description Freezes a copy of the version as the next one. The draft and the sessions under way stay unchanged.
         */
        post: operations["rollbackWorkflow"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/workflows/{id}/simulate": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The workflow's id, `wf_…`. */
                id: components["parameters"]["WorkflowID"];
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Simulate sessions
         * @description Runs scripted sessions on the draft, or on a version, and returns the path of each with its reasons. It stores
         *     nothing. A draft with faults is refused, as in publishing. One call runs at most 2,000 sessions (cases times
         *     jurisdictions), with 50,000 nodes, results and reviews and 20,000,000 units of the conditions' cost together.
         */
        post: operations["simulateWorkflow"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/workflows/{id}/validate": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The workflow's id, `wf_…`. */
                id: components["parameters"]["WorkflowID"];
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Check a workflow
         * @description Compiles the draft without publishing it. Faults are part of the answer, not an error.
         */
        post: operations["validateWorkflow"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/workflows/{id}/versions": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The workflow's id, `wf_…`. */
                id: components["parameters"]["WorkflowID"];
            };
            cookie?: never;
        };
        /** List the versions of a workflow */
        get: operations["listWorkflowVersions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/workflows/{id}/versions/{version}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The workflow's id, `wf_…`. */
                id: components["parameters"]["WorkflowID"];
                /** @description Its number, counted from 1. */
                version: number;
            };
            cookie?: never;
        };
        /** Retrieve a version of a workflow */
        get: operations["getWorkflowVersion"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/verify": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Show the page behind a handoff's link
         * @description Loading it does not use up the token of the link.
         */
        get: operations["getHandoffPage"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/verify/{session}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The id of a session. The client secret is in the fragment of the address, which no server sees. */
                session: string;
            };
            cookie?: never;
        };
        /** Show the hosted verification page */
        get: operations["getVerificationPage"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
};
export type webhooks = Record<string, never>;
export type components = {
    schemas: {
        /**
         * @description The user's next step. Repeat, continue with the method, take another document or credential, take another
         *     method, wait, or nothing.
         * @enum {string}
         */
        Action: "try_again" | "provide_more" | "use_another_document" | "use_another_method" | "try_again_later" | "none";
        /**
         * @description A minimum age.
         * @enum {string}
         */
        AgeTier: "min_age_13" | "min_age_15" | "min_age_16" | "min_age_18" | "min_age_19" | "min_age_20" | "min_age_21" | "min_age_25";
        /**
         * @description For `carrier_lookup` without a redirect: names the challenge. `parental_consent` takes no submission of the child's
         *     device: the answer is 400 `parameter_invalid`. A guardian answers by the link in the mail that `POST …/begin`
         *     sends, with `guardians` (1 to 3 addresses) or `resend: true`, and an optional `locale`.
         */
        ChallengeSubmission: {
            challenge: string;
        };
        /** @description The part of the zone that opens a chip. */
        ChipAccess: {
            /** @description A date, or YYMMDD as in the zone. */
            date_of_birth: string;
            /** @description A date, or YYMMDD as in the zone. */
            date_of_expiry: string;
            /** @description Spaces, hyphens and fillers do not count. */
            document_number: string;
        };
        /**
         * @description For `nfc_passport`: the files of a chip, and its answers to the challenge that `POST …/begin` made, with `dg14` in
         *     base64 if the chip has it. Members that are null count as absent.
         */
        ChipSubmission: {
            access?: components["schemas"]["ChipAccess"] | null;
            active_authentication?: ({
                /** @description The chip's signature over the challenge. */
                signature: string;
            }) | null;
            /** @description The id of the challenge. */
            challenge: string;
            chip_authentication?: ({
                /** @description The chip's answer to each command of the challenge. */
                responses: string[];
            }) | null;
            /** @description EF.DG1. */
            dg1: string;
            /** @description EF.DG2 with the portrait. */
            dg2?: string | null;
            /** @description EF.DG14. Required if EF.SOD lists it. */
            dg14?: string | null;
            /** @description EF.DG15. Required if EF.SOD lists it. */
            dg15?: string | null;
            /** @description EF.SOD as an upload. */
            sod: string;
        };
        ComplianceCheck: {
            jurisdiction: components["schemas"]["Jurisdiction"];
            jurisdiction_source: components["schemas"]["JurisdictionSource"];
            most_restrictive: components["schemas"]["ComplianceSummary"];
            results: components["schemas"]["ComplianceResult"][];
        };
        ComplianceReason: {
            /** Format: date */
            effective_from: string;
            /** @example required_age_tier */
            field: string;
            /** @example US-CA.yaml */
            file: string;
            note: string;
            /** Format: date */
            rule_version: string;
            /**
             * @example rules.alcohol_delivery
             * @example common
             */
            section: string;
            /** @description Statutes, or pages of regulators, by name. */
            source: string[];
            /** @description The value in the rule. */
            value: unknown;
        };
        /** @description The legal requirements of a use case in a jurisdiction. */
        ComplianceResult: {
            /**
             * @description The methods that may prove the age. `nfc_passport` is allowed wherever `document_capture` is; selfies
             *     prove no age and are always allowed.
             */
            allowed_methods: components["schemas"]["Method"][];
            biometric_retention_days: number | null;
            /** @description Whether biometric processing needs the person's explicit consent. */
            consent_required: boolean;
            credential_validity_days: number;
            /** @description Null means erased at completion. */
            data_retention_days: number | null;
            document_image_retention_days: number | null;
            /** @description Only with `explain=true`. The origin of each value, by field; for a session, at its creation. */
            explain?: components["schemas"]["ComplianceReason"][];
            governing_regulator: string;
            jurisdiction: components["schemas"]["Jurisdiction"];
            /** @enum {string} */
            mdl_acceptance_status: "accepted" | "supplementary" | "not_recognized";
            prohibited: boolean;
            /** @description Null unless it is prohibited. */
            prohibited_reason: string | null;
            required_age_tier: components["schemas"]["AgeTier"];
            /**
             * Format: date
             * @description The date of the last change of the rule's data.
             */
            rule_version: string;
            use_case: components["schemas"]["UseCase"];
            /**
             * @description Present if true: a guardian's consent counts only if a document, a credential or a bank proves that the
             *     guardian is an adult.
             */
            verifiable_parental_consent?: boolean;
        };
        /**
         * @description The requirements that satisfy all products at once. The highest tier and the intersected methods of those that
         *     are not prohibited, consent if any requires it, and the shortest retention of all.
         */
        ComplianceSummary: {
            allowed_methods: components["schemas"]["Method"][];
            any_prohibited: boolean;
            biometric_retention_days: number | null;
            consent_required: boolean;
            /** @description Null means erased at completion. */
            data_retention_days: number | null;
            document_image_retention_days: number | null;
            prohibited_use_cases: components["schemas"]["UseCase"][];
            required_age_tier: components["schemas"]["AgeTier"];
        };
        /**
         * @description Whether the verdict must come in the answer (`sync`), or may come later (`callback`).
         * @enum {string}
         */
        ConnectorMode: "sync" | "callback";
        /** @description The version of a text about biometric processing, with its language, such as `2026-11-28-de`. */
        ConsentTextVersion: string;
        /** @description A connector as its creation, or a rotation of its secret, returns it. */
        CreatedProviderConnector: {
            callback_timeout_seconds: number;
            created: components["schemas"]["Timestamp"];
            id: string;
            method: components["schemas"]["ProvidedMethod"];
            mode: components["schemas"]["ConnectorMode"];
            /** @description The provider's name in results. */
            name: string | null;
            /** @constant */
            object: "provider_connector";
            /** @description Signs requests to the provider, and its callbacks. Only in this answer. */
            secret: string;
            /** @enum {string} */
            status: "enabled" | "disabled";
            timeout_seconds: number;
            updated: components["schemas"]["Timestamp"];
            /** Format: uri */
            url: string;
        };
        /** @description A session as its creation returns it. */
        CreatedVerificationSession: components["schemas"]["VerificationSession"] & {
            results?: never;
        };
        /** @description An endpoint as its creation, or a rotation of its secret, returns it. */
        CreatedWebhookEndpoint: {
            created: components["schemas"]["Timestamp"];
            description: string | null;
            /** @description When Stile disabled the endpoint, in Unix seconds. Null unless Stile disabled it. */
            disabled_at: number | null;
            /**
             * @description Why Stile disabled the endpoint; `gone` means that it answered 410 Gone to two attempts, one after the
             *     other. Null unless Stile disabled it.
             * @enum {string|null}
             */
            disabled_reason: "gone" | null;
            enabled_events: components["schemas"]["SubscribedEvent"][];
            id: string;
            metadata: components["schemas"]["Metadata"];
            /** @constant */
            object: "webhook_endpoint";
            /** @description Until when the old secret of a rotation signs, in Unix seconds. Null without an overlap. */
            overlap_until: number | null;
            /** @description Signs deliveries. Only in this answer. */
            secret: string;
            /** @enum {string} */
            status: "enabled" | "disabled";
            updated: components["schemas"]["Timestamp"];
            /** Format: uri */
            url: string;
        };
        DeletedProviderConnector: {
            /** @constant */
            deleted: true;
            id: string;
            /** @constant */
            object: "provider_connector";
        };
        DeletedSessionBiometrics: {
            /** @constant */
            deleted: true;
            id: string;
            /** @constant */
            object: "session_biometrics";
        };
        DeletedWebhookEndpoint: {
            /** @constant */
            deleted: true;
            id: string;
            /** @constant */
            object: "webhook_endpoint";
        };
        DeviceHints: {
            /** @description A random value that the page keeps on the device. Only a keyed hash of it is stored. */
            device_id?: string | null;
            /** @example Europe/Berlin */
            time_zone?: string | null;
        };
        DeviceToken: {
            attempt_id: string;
            choices: components["schemas"]["HandoffChoices"];
            device_token: string;
            expires_at: components["schemas"]["Timestamp"];
            /** @constant */
            object: "device_token";
            session_id: string;
        };
        /** @description For `document_capture`. Members that are null count as absent. The uploads are JPEG, PNG or WebP pictures. */
        DocumentSubmission: {
            /**
             * @description The picture of the other side, where the type has its machine-readable zone or its barcode there: every
             *     type but a passport. Without it the verdict is `requires_input` with `document_back_needed`.
             */
            back?: string | null;
            /**
             * @description The type that the user has chosen. It decides what is asked for next; the verdict reads the type.
             * @enum {string|null}
             */
            document_type?: "ID_CARD" | "PASSPORT" | "DRIVERS_LICENSE" | "RESIDENCE_PERMIT" | "HEALTH_CARD" | null;
            /** @description The picture of the side with the portrait, or of the data page of a passport. */
            front: string;
        };
        /** @description The state of the proof that the user has control of an e-mail address. It holds no address. */
        EmailOTP: {
            /** @description The tries to enter that code; null without one. */
            attempts_left: number | null;
            /** @description Whether a code can be mailed for the session. */
            available: boolean;
            /** @description Whether the session has an address. Otherwise the page asks for one. */
            email_known: boolean;
            /** @description When that code expires; null without one. */
            expires_at: components["schemas"]["Timestamp"] | null;
            /** @constant */
            object: "email_otp";
            /** @description Whether the user has proven control of the session's address. */
            proven: boolean;
            /** @description Whether a mailed code can be entered now. */
            sent: boolean;
        };
        EmbedOrigins: {
            /** @constant */
            object: "embed_origins";
            /** @description In alphabetical order. */
            origins: string[];
        };
        /**
         * @example {
         *       "add": [
         *         "https://shop.example"
         *       ]
         *     }
         */
        EmbedOriginsChange: {
            add?: string[] | null;
            remove?: string[] | null;
        };
        /**
         * @description The answer to every failed request.
         * @example {
         *       "error": {
         *         "type": "invalid_request_error",
         *         "code": "parameter_invalid",
         *         "message": "Missing required parameter: workflow_id",
         *         "param": "workflow_id",
         *         "request_id": "req_h4x3mfsq7yb2kd5tjw6pza4n"
         *       }
         *     }
         */
        Error: {
            error: {
                code: components["schemas"]["ErrorCode"];
                /** @description For people; it may change. */
                message: string;
                /** @description The parameter at fault; null if there is none. */
                param: string | null;
                request_id: string;
                type: components["schemas"]["ErrorType"];
            };
        };
        /** @enum {string} */
        ErrorCode: "parameter_invalid" | "resource_missing" | "billing_suspended" | "test_quota_exceeded" | "use_case_prohibited" | "jurisdiction_unresolvable" | "accept_existing_rate_limited" | "rate_limit_exceeded" | "publishable_key_scope" | "publishable_session_create_blocked" | "captcha_required" | "captcha_invalid" | "email_not_verified" | "webhook_required" | "session_not_found" | "session_terminal" | "session_not_redeemable" | "session_locked_to_other_device" | "handoff_disabled" | "origin_not_allowed" | "handoff_token_invalid" | "handoff_token_expired" | "handoff_token_consumed" | "handoff_ended" | "handoff_not_confirmed" | "vp_token_invalid" | "no_matching_vp" | "otp_not_proven" | "otp_invalid" | "otp_expired" | "otp_unavailable" | "trust_reuse_unavailable" | "idempotency_key_reuse" | "api_key_invalid" | "session_not_cancellable" | "submission_in_progress" | "method_not_offered" | "consent_required" | "guardian_unproven" | "challenge_invalid" | "upload_limit_reached" | "upload_offset_mismatch" | "review_not_pending" | "review_decided" | "identity_unproven" | "signature_invalid" | "verdict_given" | "delivery_not_failed" | "endpoint_disabled" | "endpoint_limit_reached" | "rotation_in_progress" | "method_not_allowed" | "request_too_large" | "request_timeout" | "upgrade_required" | "headers_too_large" | "http_unsupported" | "internal_error" | "service_unavailable";
        /** @enum {string} */
        ErrorType: "invalid_request_error" | "authentication_error" | "rate_limit_error" | "api_error";
        /** @description An event, with the session or the grant at that time. */
        Event: {
            created: components["schemas"]["Timestamp"];
            data: components["schemas"]["VerificationSessionSnapshot"] | components["schemas"]["TrustGrantData"] | components["schemas"]["TestedEndpoint"];
            id: string;
            /** @constant */
            object: "event";
            /** @description Deliveries that no endpoint has acknowledged yet. */
            pending_webhooks: number;
            type: components["schemas"]["FiredEventType"];
        };
        EventList: {
            data: components["schemas"]["Event"][];
            has_more: boolean;
            /** @constant */
            object: "list";
            /** @constant */
            url: "/v1/events";
        };
        /** @enum {string} */
        EventType: "verification_session.created" | "verification_session.verified" | "verification_session.failed" | "verification_session.cancelled" | "verification_session.expired" | "session_review.flagged" | "session_review.approved" | "session_review.rejected" | "session_review.escalated" | "trust_reuse_grant.created" | "trust_reuse_grant.revoked" | "trust_reuse_consent.revoked_by_user";
        /** @description For `facial_age`, `selfie_match` and `selfie_liveness`. Members that are null count as absent. */
        FaceSubmission: {
            /** @description The challenge that the frames answer. Only for `selfie_liveness`, which needs it. */
            challenge?: string | null;
            /**
             * @description Pictures from the camera, as JPEG, in their order: 3 to 8 for `facial_age`, `selfie_match` and the strategy
             *     `passive`, 12 to 48 for the other strategies.
             */
            frames: ({
                /** @description The step of the challenge to which the frame belongs, from 0. */
                step?: number | null;
                upload: string;
            })[];
        };
        /** @description The type of an event, one of the catalogue or that of a test. */
        FiredEventType: components["schemas"]["EventType"] | "webhook_endpoint.test";
        GraphCase: {
            next: string;
            /** @description A CEL condition over previous, risk, age_tier, jurisdiction and metadata. */
            when: string;
        };
        /** @description A method, or a sub-graph with ends that end the member. */
        GraphMember: {
            graph?: components["schemas"]["NullableGraph"];
            max_attempts?: number | null;
            method?: string | null;
            options?: components["schemas"]["GraphOptions"];
        };
        /** @description One step. Its fields depend on its kind; validating the workflow reports missing ones. */
        GraphNode: {
            /** @description Of a branch node; the first case with a true condition is taken. */
            cases?: components["schemas"]["GraphCase"][] | null;
            /** @description Of a branch node, the next node if no condition is true. */
            default?: string | null;
            /** @description The next node if it did not pass. */
            fail?: string | null;
            /** @description `method`, `any_of`, `all_of`, `branch`, `review`, `verified` or `failed`. */
            kind?: string | null;
            /** @description Of a method node. */
            max_attempts?: number | null;
            /** @description Of an any_of or all_of node, for methods with settings and for sub-graphs. */
            members?: components["schemas"]["GraphMember"][] | null;
            /** @description Of a method node. */
            method?: string | null;
            /** @description Of an any_of or all_of node. */
            methods?: string[] | null;
            options?: components["schemas"]["GraphOptions"];
            /** @description The next node if it passed. */
            pass?: string | null;
            /** @description Of a review node, the text for the reviewer. */
            reason?: string | null;
        };
        /** @description How a method runs. Defaults come from the preferences. */
        GraphOptions: {
            approve_at?: number | null;
            /** @description `step_up` or `fail`. */
            below_approve_at?: string | null;
            document_types?: string[] | null;
            /** @description `required`, `with_document` or `never`. */
            face_match?: string | null;
            file_upload?: boolean | null;
            liveness_strategy?: string | null;
            match_bands?: components["schemas"]["MatchBands"] | null;
            proof_of_age?: boolean | null;
            /** @description `pass`, `fail` or `review`. */
            screen_photographed?: string | null;
            /** @description `pass`, `fail` or `review`. */
            unread_text?: string | null;
        } | null;
        GuardianDecision: {
            /** @enum {string} */
            decision: "consent" | "refuse";
            /** @description The version of the text that the guardian has read; required with `consent`. */
            text_version?: string | null;
            /** @description The fragment of the link's URL. */
            token: string;
        };
        /** @description The request to a parent or guardian. */
        GuardianRequest: {
            /** @description The age that the guardian proves. */
            adult_tier: components["schemas"]["AgeTier"];
            /** @description The age that the child's session asks for. */
            age_tier: components["schemas"]["AgeTier"];
            asked_at: components["schemas"]["Timestamp"];
            /** @description The text that the guardian consents to, or has consented to. */
            consent: {
                locale: string;
                text: string;
                /** @example 2026-11-29-en */
                version: string;
            };
            decided_at: components["schemas"]["Timestamp"] | null;
            expires_at: components["schemas"]["Timestamp"];
            /**
             * @description The link of the token.
             * @enum {string}
             */
            link: "decide" | "withdraw";
            merchant: {
                color: string | null;
                logo_url: string | null;
                name: string;
            };
            /** @constant */
            object: "guardian_request";
            /** @description The newest session in which the guardian proves to be an adult; null before the first. */
            proof: {
                /** @description Null, except in the answer of `POST /v1/guardian/proof`. */
                client_secret: string | null;
                /** @description Whether the guardian may consent. */
                proven: boolean;
                session_id: string;
                status: components["schemas"]["SessionStatus"];
            } | null;
            /**
             * @description `invited` waits for the decision. `closed` needs none any more: another guardian has decided, the child has
             *     asked another one, or the session has ended.
             * @enum {string}
             */
            status: "invited" | "consented" | "refused" | "withdrawn" | "closed";
            use_case: components["schemas"]["UseCase"];
            withdrawn_at: components["schemas"]["Timestamp"] | null;
        };
        GuardianToken: {
            /** @description The fragment of the link's URL. */
            token: string;
        };
        Handoff: {
            attempt_id: string;
            /** Format: date-time */
            expires_at: string;
            mobile_write_token: string;
            /** @description The same as a QR code, an SVG that a page may embed unchanged. */
            qr_svg: string;
            session_id: string;
            /**
             * Format: uri
             * @description The page, with the token in its query.
             */
            url: string;
            /** @constant */
            v: 1;
        };
        /**
         * @description The numbers among which the user must choose the one that the desktop shows, before the phone may submit
         *     personal data; empty once the user has chosen, or if no choice is required.
         */
        HandoffChoices: number[];
        /** @description Handoffs to the user's phone. Always present, with its defaults. */
        HandoffPreferences: {
            /** @description The company name that the user sees, 1 to 100 characters; null means the organization's name. */
            company_name?: string | null;
            /**
             * @description Whether the user must choose on the phone the number that the desktop shows, before the phone may submit
             *     personal data. Default: true.
             */
            confirm?: boolean | null;
            /** @description Whether handoffs are allowed. Default: true. */
            enabled?: boolean | null;
            /**
             * @description Your own page that the link leads to; null means the installation's page. An https URL without user, query
             *     and fragment under an address that the organization has allowed. In a sandbox organization `http` is
             *     allowed for this machine (`http://localhost:3000`).
             */
            url_base?: string | null;
        } | null;
        /**
         * @description The failure on the device that the user began with.
         * @enum {string}
         */
        HandoffReason: "setup_failed" | "camera_failed" | "scan_failed";
        Health: {
            /** @constant */
            status: "ok";
        };
        Heartbeat: {
            /** @constant */
            object: "heartbeat";
            session_id: string;
            status: components["schemas"]["SessionStatus"];
        };
        InvalidRequestError: components["schemas"]["Error"] & {
            error?: {
                /** @constant */
                type?: "invalid_request_error";
            };
        };
        /**
         * @description An existing ISO 3166 country or subdivision, such as `DE` or `US-CA`. In requests a withdrawn code stands for
         *     its successor (`CN-11` for `CN-BJ`), and a subdivision that is also a country for the country (`US-PR` for
         *     `PR`).
         */
        Jurisdiction: string;
        /**
         * @description How the jurisdiction was found. By `jurisdiction` in the request, by a header of the CDN, by looking up
         *     `client_ip` or the address of the request, or by default, for private addresses in a sandbox organization or
         *     on a developer's machine.
         * @enum {string}
         */
        JurisdictionSource: "explicit" | "header" | "geoip" | "default";
        /**
         * @description For `open_banking`, for `carrier_lookup` after a redirect, and for `mdl`, `mid` and `eudi_pid` after a link to the
         *     wallet: claims the answer about the user. Members that are null count as absent.
         */
        LoginSubmission: {
            /** @description The id of the challenge. */
            challenge: string;
            /**
             * @description The secret in the fragment of the page after the institution's redirect, or the answer of the route `code` to the
             *     short code.
             */
            response: string;
        };
        /** @description Similarities of faces, from 0 to 1, as the model measures them. */
        MatchBands: {
            /** @description The similarity from which the faces match. */
            match: number;
            /** @description The similarity from which a reviewer decides. Without it nobody does. */
            review?: number | null;
        };
        /** @description Your own pairs of strings. */
        Metadata: {
            [key: string]: string;
        };
        /**
         * @description Your own pairs of strings. Branch conditions can read those of a session. In an update, given pairs are set,
         *     pairs with the value `null` are removed, and all others stay; `null` instead of pairs removes all of them. An
         *     empty array counts as no pairs.
         */
        MetadataInput: {
            [key: string]: string | null;
        } | unknown[] | null;
        /**
         * @description A way to prove age or identity.
         * @enum {string}
         */
        Method: "mdl" | "mid" | "eudi_pid" | "document_capture" | "nfc_passport" | "facial_age" | "selfie_liveness" | "selfie_match" | "carrier_lookup" | "open_banking" | "self_attestation" | "parental_consent" | "student";
        /** @description One attempt at one method. Its id is that of the future result. */
        MethodAttempt: {
            attempts_left: number;
            id: string;
            method: components["schemas"]["Method"];
            /** @constant */
            object: "method_attempt";
            reason_codes: components["schemas"]["ReasonCode"][];
            session_status: components["schemas"]["SessionStatus"];
            /** @enum {string} */
            status: "processing" | "passed" | "failed" | "requires_input" | "error";
        };
        /** @description A challenge that a device needs before it can submit. */
        MethodChallenge: {
            created: components["schemas"]["Timestamp"];
            /** @description The method's own, as its page in docs/methods describes it. */
            data: {
                [key: string]: unknown;
            };
            expires_at: components["schemas"]["Timestamp"];
            /** @description A submission names it where the method says. */
            id: string;
            method: components["schemas"]["Method"];
            /** @constant */
            object: "method_challenge";
        };
        /** @description The values of a field that this user may choose from, such as banks; null if any value is taken. */
        MethodChoices: {
            /** @description The name for users. */
            label: string;
            /** @description A picture at the origin of the page. */
            logo_url: string | null;
            value: string;
        }[] | null;
        /** @description The submissions that a method takes, for the page that asks the user for them. */
        MethodInput: {
            /** @description Whether the page must ask for a challenge first. */
            begin: boolean;
            /**
             * @description The members of the input for a challenge; empty if it takes none. They depend on the type of the session:
             *     `carrier_lookup` asks for a name and a date of birth in sessions of type identity.
             */
            begin_fields: {
                choices: components["schemas"]["MethodChoices"];
                name: string;
                required: boolean;
                /** @enum {string} */
                type: "string" | "number" | "boolean" | "date" | "object";
            }[];
            /** @description The members of the submission. */
            fields: {
                choices: components["schemas"]["MethodChoices"];
                /** @description The accepted types of an upload; empty if all are. */
                media_types: string[];
                name: string;
                required: boolean;
                /**
                 * @description `date` is written as 1990-01-31. `upload` is the id of an upload, `uploads` an array of ids, and
                 *     `challenge` the id of the challenge.
                 * @enum {string}
                 */
                type: "string" | "number" | "boolean" | "date" | "object" | "upload" | "uploads" | "frames" | "challenge";
            }[];
            /** @description The bounds of uploads; null if submissions name none. */
            uploads: {
                max_bytes: number;
                /** @description The uploads of one attempt. */
                max_count: number;
                /** @description Where the content may come from, as the workflow allows it (`preferences.file_upload`). */
                sources: ("camera" | "file")[];
            } | null;
        };
        /** @description The input of a method. */
        MethodSubmission: components["schemas"]["SelfAttestationSubmission"] | components["schemas"]["StudentSubmission"] | components["schemas"]["StudentLoginSubmission"] | components["schemas"]["ChallengeSubmission"] | components["schemas"]["LoginSubmission"] | components["schemas"]["WalletSubmission"] | components["schemas"]["DocumentSubmission"] | components["schemas"]["ChipSubmission"] | components["schemas"]["FaceSubmission"] | components["schemas"]["ProviderSubmission"] | components["schemas"]["SimulatedSubmission"];
        /** @description Why the session failed. */
        NullableFailure: {
            action: components["schemas"]["Action"];
            /** @description The message for the user. */
            message: string;
            reason_code: components["schemas"]["ReasonCode"];
        } | null;
        /** @description The nodes of a workflow in graph mode, and where to start. */
        NullableGraph: {
            nodes?: {
                [key: string]: components["schemas"]["GraphNode"];
            } | null;
            start?: string | null;
        } | null;
        NullableOverrides: components["schemas"]["Overrides"] | null;
        NullablePreferences: components["schemas"]["Preferences"] | null;
        /** @description The manual review, if there is one. */
        NullableReview: {
            decided_at: components["schemas"]["NullableTimestamp"];
            flagged_at: components["schemas"]["Timestamp"];
            /** @description The workflow's step. Null for the review of a verified session, which keeps its status. */
            node: string | null;
            note: string | null;
            /** @description The reason for the review. May be empty. */
            reason: string;
            reviewer: string | null;
            status: components["schemas"]["ReviewStatus"];
        } | null;
        /** @description Unix seconds. */
        NullableTimestamp: number | null;
        Organization: {
            created: components["schemas"]["Timestamp"];
            id: string;
            name: string;
            /** @description Whether it accepts verifications that other organizations have made. */
            network_dedup: boolean;
            /** @constant */
            object: "organization";
            /** @description Whether its sessions verify nobody. */
            sandbox: boolean;
        };
        /**
         * @example {
         *       "network_dedup": true
         *     }
         */
        OrganizationUpdate: {
            network_dedup?: boolean | null;
        };
        Override: {
            add?: string[] | null;
            remove?: string[] | null;
        };
        /** @description Methods to add and to remove, by jurisdiction. */
        Overrides: {
            [key: string]: components["schemas"]["Override"];
        };
        ParameterInvalidError: components["schemas"]["InvalidRequestError"] & {
            error?: {
                /** @constant */
                code?: "parameter_invalid";
            };
        };
        /** @description How the checks run. An unset field may be left out. */
        Preferences: {
            /**
             * @description The estimated age from which `facial_age` passes, 1 to 99. Default: 12 years above the required age. An age
             *     below the required one counts as the required one.
             */
            approve_at?: number | null;
            /**
             * @description The verdict of `facial_age` on a lower estimate: `step_up` (default: `requires_input`, which asks for another
             *     method and costs no attempt) or `fail`.
             */
            below_approve_at?: string | null;
            /** @description The accepted kinds of document. */
            document_types?: string[] | null;
            /**
             * @description When `document_capture` is followed by `selfie_match`: `required`, `with_document` (where the law allows
             *     `selfie_match`) or `never` (default). With `required` the places whose law does not allow `selfie_match` do not
             *     offer `document_capture` either.
             */
            face_match?: string | null;
            /** @description Whether the user of a camera method may give a file instead of a picture from the camera. Default: false. */
            file_upload?: boolean | null;
            /**
             * @description The level of risk from which a verified session is flagged for review: `medium` or `high`. Without it, no
             *     session is flagged by its level.
             */
            flag_at?: string | null;
            handoff?: components["schemas"]["HandoffPreferences"];
            /** @description `3d_action`, `flashing` or `passive`. */
            liveness_strategy?: string | null;
            /**
             * @description The similarities of faces at which `selfie_match` passes. Default: those of the
             *     [model](https://github.com/stile-id/stile/blob/main/docs/methods/faces.md).
             */
            match_bands?: components["schemas"]["MatchBands"] | null;
            /** @description How often a method may fail before it is exhausted. */
            max_attempts?: number | null;
            /** @description How `parental_consent` runs. */
            parental?: {
                /**
                 * @description The methods by which a guardian may prove to be an adult. Default: `eudi_pid`, `mid`, `mdl`,
                 *     `document_capture`, `nfc_passport` and `open_banking`.
                 */
                methods?: string[] | null;
            } | null;
            /**
             * @description Whether `eudi_pid` accepts the EU proof of age (`eu.europa.ec.av.1`), too, in sessions of type age.
             *     Default: false.
             */
            proof_of_age?: boolean | null;
            require_email_otp?: boolean | null;
            /**
             * @description The verdict of `document_capture` if a picture seems to show a screen: `pass` (default; the risk has the signal
             *     `screen_photographed`), `fail` or `review`.
             */
            screen_photographed?: string | null;
            /**
             * @description The groups of signals by which the risk of a session is assessed, when it is created and when its user opens
             *     the page: `ip_analysis`, `geolocation`, `email_risk`, `phone_risk`, `device_risk`, `velocity`. Without any,
             *     the risk comes from the places and from the verdicts alone.
             */
            signals?: string[] | null;
            /**
             * @description The verdict of `document_capture` if the printed text of a document cannot be read, so that nothing confirms its
             *     machine-readable zone or its barcode: `pass`, `fail` (default) or `review`.
             */
            unread_text?: string | null;
        };
        /**
         * @description A method that a provider can judge.
         * @enum {string}
         */
        ProvidedMethod: "mdl" | "mid" | "eudi_pid" | "document_capture" | "nfc_passport" | "facial_age" | "selfie_liveness" | "selfie_match" | "carrier_lookup" | "open_banking" | "parental_consent" | "student";
        ProviderCallback: {
            /** @constant */
            object: "provider_callback";
            /** @constant */
            status: "accepted";
            submission_id: string;
        };
        ProviderConnector: {
            callback_timeout_seconds: number;
            created: components["schemas"]["Timestamp"];
            id: string;
            method: components["schemas"]["ProvidedMethod"];
            mode: components["schemas"]["ConnectorMode"];
            /** @description The provider's name in results. */
            name: string | null;
            /** @constant */
            object: "provider_connector";
            /** @enum {string} */
            status: "enabled" | "disabled";
            timeout_seconds: number;
            updated: components["schemas"]["Timestamp"];
            /** Format: uri */
            url: string;
        };
        /**
         * @example {
         *       "method": "document_capture",
         *       "url": "https://vendor.example.com/stile",
         *       "mode": "callback"
         *     }
         */
        ProviderConnectorCreate: {
            /**
             * @description The time that the provider has to call back with a verdict.
             * @default 3600
             */
            callback_timeout_seconds: number | null;
            method: components["schemas"]["ProvidedMethod"];
            mode?: components["schemas"]["ConnectorMode"] | null;
            /** @description The provider's name in results. Default: the connector's id. */
            name?: string | null;
            /** @enum {string|null} */
            status?: "enabled" | "disabled" | null;
            /**
             * @description The time that the provider has to answer a request.
             * @default 10
             */
            timeout_seconds: number | null;
            /**
             * Format: uri
             * @description The address for submissions. https in a live organization.
             */
            url: string;
        };
        ProviderConnectorList: {
            data: components["schemas"]["ProviderConnector"][];
            has_more: boolean;
            /** @constant */
            object: "list";
            /** @constant */
            url: "/v1/provider_connectors";
        };
        ProviderConnectorUpdate: {
            /**
             * @description The time that the provider has to call back with a verdict.
             * @default 3600
             */
            callback_timeout_seconds: number | null;
            mode?: components["schemas"]["ConnectorMode"] | null;
            /** @description The provider's name in results. Default: the connector's id. */
            name?: string | null;
            /** @enum {string|null} */
            status?: "enabled" | "disabled" | null;
            /**
             * @description The time that the provider has to answer a request.
             * @default 10
             */
            timeout_seconds: number | null;
            /** Format: uri */
            url?: string | null;
        };
        /** @description For a method that a provider judges. Members that are null count as absent. */
        ProviderSubmission: {
            /** @description The provider's input. Stile passes it on and stores it until the verdict. */
            input: {
                [key: string]: unknown;
            };
            /** @description Ids of uploads of this attempt that go to the provider. */
            uploads?: string[] | null;
        };
        /**
         * @description A provider's verdict on a submission, in its answer or by callback.
         * @example {
         *       "outcome": "failed",
         *       "reason_codes": [
         *         "document_expired"
         *       ],
         *       "checks": [
         *         {
         *           "name": "mrz_check_digits",
         *           "status": "passed"
         *         }
         *       ]
         *     }
         */
        ProviderVerdict: {
            /** @description The proven tier, with an outcome of passed. Default: the requested one. */
            age_tier?: components["schemas"]["AgeTier"] | null;
            /** @description The checks made. */
            checks?: ({
                name: components["schemas"]["SignalName"];
                /** @enum {string} */
                status: "passed" | "failed";
            } & {
                [key: string]: unknown;
            })[] | null;
            /**
             * @description A failure uses up one of the user's attempts; `requires_input` does not.
             * @enum {string}
             */
            outcome: "passed" | "failed" | "requires_input";
            /** @description Why the method did not pass. At least one, unless it passed. */
            reason_codes?: components["schemas"]["ReasonCode"][] | null;
            /** @description The provider's assessment of the session's risk, if it makes one. */
            risk?: ({
                score: number;
                signals?: components["schemas"]["SignalName"][] | null;
            } & {
                [key: string]: unknown;
            }) | null;
        } & {
            [key: string]: unknown;
        };
        RateLimitError: components["schemas"]["Error"] & {
            error?: {
                /** @constant */
                code?: "rate_limit_exceeded";
                /** @constant */
                type?: "rate_limit_error";
            };
        };
        Readiness: {
            /** @description Whether mails can be sent to users. */
            mail: {
                /** @description Why no mail can be sent; null where mails can. */
                reason: string | null;
                /** @enum {string} */
                status: "available" | "unavailable";
            };
            /** @description The methods that a package serves. Those of provider connectors are not among them. */
            methods: {
                method: components["schemas"]["Method"];
                /** @description Why the method cannot be used; null where it can. */
                reason: string | null;
                /** @enum {string} */
                status: "available" | "unavailable";
            }[];
            /** @constant */
            status: "ok";
        };
        /** @description Why an attempt did not pass, and the user's next step. */
        Reason: {
            action: components["schemas"]["Action"];
            code: components["schemas"]["ReasonCode"];
            /** @description The message for the user. */
            message: string;
        };
        /**
         * @description Why an attempt or a session did not pass. A code that begins with `x_` is a provider's own. The vocabulary
         *     grows; treat an unknown code by its action.
         */
        ReasonCode: string | ("under_age" | "age_uncertain" | "age_unknown" | "unreadable" | "document_expired" | "document_type_not_accepted" | "document_not_supported" | "document_damaged" | "document_tampered" | "document_back_needed" | "document_wrong_side" | "image_blurred" | "image_glare" | "image_dark" | "image_cropped" | "image_mirrored" | "not_a_document" | "screen_photographed" | "zone_unreadable" | "barcode_unreadable" | "printed_text_unreadable" | "document_check_digits_wrong" | "document_date_invalid" | "document_age_unproven" | "document_name_mismatch" | "document_birth_date_mismatch" | "document_expiry_mismatch" | "document_number_mismatch" | "document_sex_mismatch" | "document_issuer_mismatch" | "chip_unreadable" | "chip_authentication_failed" | "document_issuer_untrusted" | "document_issuer_expired" | "document_issuer_revoked" | "document_status_unavailable" | "credential_invalid" | "credential_expired" | "credential_revoked" | "credential_untrusted" | "credential_issuer_expired" | "credential_suspended" | "credential_incomplete" | "credential_not_bound" | "credential_not_available" | "credential_status_unavailable" | "face_not_detected" | "multiple_faces" | "face_mismatch" | "liveness_failed" | "frames_repeated" | "face_too_small" | "face_turned" | "face_covered" | "face_changed" | "image_bright" | "room_too_bright" | "challenge_not_followed" | "movement_too_fast" | "portrait_missing" | "portrait_unreadable" | "face_match_uncertain" | "account_not_found" | "data_mismatch" | "not_on_mobile_network" | "consent_refused" | "user_cancelled" | "timeout" | "more_input_needed" | "method_error" | "declaration_missing" | "provider_unavailable" | "simulated_failure" | "attempts_exhausted" | "review_rejected" | "workflow_rule" | "consent_withdrawn" | "identity_unproven") | unknown;
        /** @description A session as it is read. */
        RetrievedVerificationSession: components["schemas"]["VerificationSession"] & {
            client_secret?: never;
            url?: never;
        };
        /** @description A delivery with its request and answer. */
        RetrievedWebhookDelivery: {
            /** @description The number of the attempt for this event and endpoint, counted from 1. */
            attempt: number;
            /** @description When a later attempt was made; while it is pending, when it was scheduled. */
            created: components["schemas"]["Timestamp"];
            /** @description How long the exchange took. Null before it. */
            duration_ms: number | null;
            endpoint_id: string;
            /** @description Why there was no complete answer. */
            error: string | null;
            event_id: string;
            event_type: components["schemas"]["FiredEventType"];
            /** @description The receiver gets it as the header `Stile-Webhook-Id`. */
            id: string;
            /** @description When the next attempt follows a failed one. Null if none follows. */
            next_attempt_at: components["schemas"]["Timestamp"] | null;
            /** @constant */
            object: "webhook_delivery";
            /** @description The request. Null before the attempt. */
            request: components["schemas"]["WebhookDeliveryRequest"] | null;
            /** @description The endpoint's answer. Null without an answer. */
            response: components["schemas"]["WebhookDeliveryResponse"] | null;
            /** @description The HTTP status of the answer. Null without an answer. */
            response_status: number | null;
            status: components["schemas"]["WebhookDeliveryStatus"];
        };
        /** @description The latest review of a session. */
        Review: {
            decided_at: components["schemas"]["NullableTimestamp"];
            flagged_at: components["schemas"]["Timestamp"];
            /** @description The workflow's step. Null for the review of a verified session, which keeps its status. */
            node: string | null;
            note: string | null;
            /** @constant */
            object: "session_review";
            /** @description The reason for the review. May be empty. */
            reason: string;
            reviewer: string | null;
            session_id: string;
            status: components["schemas"]["ReviewStatus"];
        };
        /**
         * @example {
         *       "decision": "approve",
         *       "node": "human",
         *       "reason": "The document is readable.",
         *       "reviewer": "jo"
         *     }
         */
        ReviewDecision: {
            /** @enum {string} */
            decision: "approve" | "reject" | "escalate";
            /**
             * @description The review that the reviewer saw, by its `node`. Default: the waiting one; then a repeated or late request
             *     may decide the session's next review.
             */
            node?: string | null;
            /** @description The reason. Stored as the note of the review. */
            reason?: string | null;
            /** @description The reviewer, by your name for them. Default: the API key. */
            reviewer?: string | null;
        };
        ReviewList: {
            data: components["schemas"]["Review"][];
            has_more: boolean;
            /** @constant */
            object: "list";
            /** @constant */
            url: "/v1/reviews";
            /** @description The number of waiting reviews, by their age. The count stops at 2000. */
            waiting: {
                over_24h: number;
                under_1h: number;
                /** @description Without those of the last hour. */
                under_24h: number;
            };
        };
        /**
         * @description The status of a review. An escalated one still waits.
         * @enum {string}
         */
        ReviewStatus: "pending" | "escalated" | "approved" | "rejected";
        /**
         * @description The session's risk; the highest score counts. It begins with the signal `geo_mismatch` if
         *     `jurisdiction_mismatch` is true, which scores 18 within a country and 40 across a border, and with the signals
         *     that the workflow includes. Verdicts raise it.
         */
        Risk: {
            /** @enum {string} */
            level: "low" | "medium" | "high";
            score: number;
            signals: components["schemas"]["SignalName"][];
            /** @description What each signal that Stile itself found contributes. The score is at least their sum, up to 100. */
            weights: {
                [key: string]: number;
            };
        };
        /**
         * @example {
         *       "id": "risk_assessment_abcdefghijklmnopqrstuvwx",
         *       "object": "risk_assessment",
         *       "risk_score": 18,
         *       "risk_level": "low",
         *       "recommendation": "allow",
         *       "triggered_signals": [
         *         "geo_mismatch"
         *       ],
         *       "reasons": [
         *         "Claimed jurisdiction differs from IP-derived location"
         *       ],
         *       "signal_details": {
         *         "geo_mismatch": {
         *           "group": "geolocation",
         *           "weight": 18,
         *           "claimed": "US-CA",
         *           "address": "US-NV"
         *         }
         *       },
         *       "session": null,
         *       "rules_version": "2026-11-28",
         *       "created": 1741564800
         *     }
         */
        RiskAssessment: {
            created: number;
            id: string;
            /** @constant */
            object: "risk_assessment";
            /** @description A reason for each signal, in the same order. */
            reasons: string[];
            /**
             * @description `allow` at a low risk, `review` at a medium one, `block` at a high one.
             * @enum {string}
             */
            recommendation: "allow" | "review" | "block";
            /**
             * @description `low` under 30, `medium` under 70.
             * @enum {string}
             */
            risk_level: "low" | "medium" | "high";
            risk_score: number;
            /** @description The version of the file with the weights. */
            rules_version: string;
            /** @description The session that the request named. */
            session: string | null;
            /** @description The contribution of each signal to the score, with the facts behind it. */
            signal_details: {
                [key: string]: components["schemas"]["RiskSignal"];
            };
            triggered_signals: components["schemas"]["SignalName"][];
        };
        /**
         * @description At least one of `ip`, `email`, `phone` and `device_id` is needed.
         * @example {
         *       "ip": "203.0.113.10",
         *       "email": "user@example.com",
         *       "claimed_country": "US-CA"
         *     }
         */
        RiskScore: {
            /** @description Where the user says to be: an ISO 3166 country or subdivision, such as `DE` or `US-CA`. */
            claimed_country?: string | null;
            /** @description Your name for the device, which stays the same when the user comes back. At most 255 characters. */
            device_id?: string | null;
            /** @description The e-mail address of the user, in any spelling. */
            email?: string | null;
            /** @description The IPv4 or IPv6 address of the user. */
            ip?: string | null;
            /** @description The phone number of the user, with the code of the country. */
            phone?: string | null;
            /** @description A verification session of yours that the assessment is for. */
            session?: string | null;
        };
        /** @description The fields besides `group` and `weight` are there if the signal has them. */
        RiskSignal: {
            /** @description The jurisdiction of the IP address. */
            address?: string;
            /** @description The claimed jurisdiction. */
            claimed?: string;
            /** @description Requests with the identifier in its day, this one included. */
            day?: number;
            /** @description The jurisdiction of the delivery. */
            delivery?: string;
            /** @description The jurisdiction of the desktop. */
            desktop?: string;
            /** @enum {string} */
            group: "ip_analysis" | "geolocation" | "email_risk" | "phone_risk" | "device_risk" | "velocity";
            /** @description Requests with the identifier in its hour, this one included. */
            hour?: number;
            /** @description How many of them raise no score. */
            per_day?: number;
            /** @description How many of them raise no score. */
            per_hour?: number;
            /** @description How many people used the device within a day, at most 20. */
            persons?: number;
            /** @description The country of the phone number. */
            phone?: string;
            /** @description The contribution of the signal to the score. */
            weight: number;
        };
        SecretRotation: {
            /**
             * @description How long the old secret keeps signing.
             * @default 0
             */
            overlap_seconds: number | null;
        };
        /** @description For `self_attestation`. Members that are null count as absent. */
        SelfAttestationSubmission: {
            /** Format: date */
            date_of_birth: string;
            /** @description Whether the user declares that this is true. */
            declaration: boolean;
        };
        SessionNotFoundError: components["schemas"]["InvalidRequestError"] & {
            error?: {
                /** @constant */
                code?: "session_not_found";
            };
        };
        /**
         * @description The status of the session. The last four are terminal.
         * @enum {string}
         */
        SessionStatus: "created" | "pending" | "processing" | "requires_input" | "verified" | "failed" | "cancelled" | "expired";
        /**
         * @description The subject of the proof, an age tier or an identity.
         * @enum {string}
         */
        SessionType: "age" | "identity";
        SignalName: string;
        /** @description The outcome of one session. */
        SimulatedCase: {
            /** @description Whether it ended as expected. Only if an end is expected. */
            expected?: boolean;
            failure_reason: components["schemas"]["ReasonCode"] | null;
            name: string | null;
            outcome: components["schemas"]["SimulatedOutcome"];
            path: components["schemas"]["SimulatedStep"][];
            /** @description Results that no open method took. */
            unused_results: number;
            /** @description Decisions that no review took. */
            unused_reviews: number;
            /** @description The methods and reviews that could continue, if the outcome is waiting. */
            waiting_for: {
                /** @description The number of the submission that it waits for. */
                attempt?: number;
                /** @enum {string} */
                kind: "method" | "review";
                method?: components["schemas"]["Method"];
                node: string;
            }[];
        };
        /** @description The workflow's settings in one jurisdiction under today's rule, or the reason why it cannot run there. */
        SimulatedMarket: {
            age_tier: components["schemas"]["AgeTier"] | null;
            cases: components["schemas"]["SimulatedCase"][];
            consent_required: boolean;
            /** @description The workflow's methods that are not allowed there. */
            dropped_methods: components["schemas"]["Method"][];
            /** @description The error that the creation of a session would return. Null if it can run. */
            error: {
                /** @enum {string} */
                code: "use_case_prohibited" | "jurisdiction_unresolvable" | "parameter_invalid";
                message: string;
            } | null;
            jurisdiction: components["schemas"]["Jurisdiction"];
            methods: components["schemas"]["Method"][];
            name: string;
            /** Format: date */
            rule_version: string | null;
        };
        /**
         * @description The end of a simulated session. It is waiting if the script does not lead to an end.
         * @enum {string}
         */
        SimulatedOutcome: "verified" | "failed" | "waiting";
        /** @description A submission judged, a branch taken, a review decided, or an end. It has only the fields of its kind. */
        SimulatedStep: {
            attempt?: number;
            /** @description Of a branch, counted from 0; -1 is its default. */
            case?: number;
            /** @enum {string} */
            decision?: "approve" | "reject" | "escalate";
            /** @enum {string} */
            kind: "method" | "branch" | "review" | "verified" | "failed";
            method?: components["schemas"]["Method"];
            /** @description The target of a branch. */
            next?: string;
            node: string;
            /** @enum {string} */
            outcome?: "passed" | "failed" | "requires_input" | "error";
            /** @description Why a branch was taken or a review entered. */
            reason: string | null;
            reason_codes?: components["schemas"]["ReasonCode"][];
        };
        /** @description For any method, only in sandbox organizations. Members that are null count as absent. */
        SimulatedSubmission: {
            /** @enum {string} */
            simulate: "pass" | "fail" | "requires_input" | "error" | "slow";
        };
        /** @description One session, with its script. */
        SimulationCase: {
            /** @description The value of `age_tier` in conditions, one of `AgeTier`. Default: that of today's rule. */
            age_tier?: string | null;
            /** @description The expected end of the case. */
            expect?: {
                /** @description One of `ReasonCode`. */
                failure_reason?: string | null;
                /** @description The last node of the path. */
                last?: string | null;
                outcome: components["schemas"]["SimulatedOutcome"];
                /** @description The nodes of the path, each once. */
                path?: string[] | null;
                /** @description The waiting nodes. */
                waiting_for?: string[] | null;
            } | null;
            /** @description The user's place. Default: the workflow's first jurisdiction, or `US`. */
            jurisdiction?: string | null;
            metadata?: components["schemas"]["MetadataInput"];
            name?: string | null;
            /**
             * @description The verdicts, in the order of the submissions. Each goes to the first open method that it fits, and waits
             *     until there is one.
             */
            results?: {
                /** @description One of `Method`. */
                method?: string | null;
                node?: string | null;
                /** @enum {string} */
                outcome: "passed" | "failed" | "requires_input" | "error";
                reason_codes?: components["schemas"]["ReasonCode"][] | null;
                /**
                 * @description The risk that the verdict reports, as a provider's may. Later branches read the highest score so
                 *     far, its level, and every signal.
                 */
                risk?: {
                    score: number;
                    signals?: string[] | null;
                } | null;
            }[] | null;
            /** @description The reviewers' decisions, in order. They apply once no result fits any more. */
            reviews?: {
                /** @enum {string} */
                decision: "approve" | "reject" | "escalate";
                /** @description The review's node. Default: the waiting review. */
                node?: string | null;
            }[] | null;
            /** @description The value of `risk` in conditions, until a result reports a higher one. */
            risk?: {
                /** @enum {string|null} */
                level?: "low" | "medium" | "high" | null;
                score?: number | null;
                signals?: string[] | null;
            } | null;
            /**
             * @description The subject of the proof. Default: `age`.
             * @enum {string|null}
             */
            type?: "age" | "identity" | null;
        };
        /**
         * @description The strength of a method's proof, from the weakest to the strongest.
         * @enum {string}
         */
        Strength: "self_attestation" | "facial_age" | "carrier_lookup" | "open_banking" | "document_capture" | "mdl" | "mid" | "eudi_pid";
        /**
         * @description For `student` by a login at an institution: claims its answer, and declares a date of birth. Members that are null
         *     count as absent.
         */
        StudentLoginSubmission: {
            /** @description The id of the challenge. */
            challenge: string;
            /** Format: date */
            date_of_birth: string;
            /** @description Whether the user declares that the date is true. */
            declaration: boolean;
            /** @description As for `open_banking`. */
            response: string;
        };
        /** @description For `student`. Members that are null count as absent. */
        StudentSubmission: {
            /** @description The challenge whose code was mailed. */
            challenge: string;
            /** @description The mailed code. */
            code: string;
            /** Format: date */
            date_of_birth: string;
            /** @description Whether the user declares that the date is true. */
            declaration: boolean;
        };
        /**
         * @description An event type, or `*` for all.
         * @enum {string}
         */
        SubscribedEvent: "*" | "verification_session.created" | "verification_session.verified" | "verification_session.failed" | "verification_session.cancelled" | "verification_session.expired" | "session_review.flagged" | "session_review.approved" | "session_review.rejected" | "session_review.escalated" | "trust_reuse_grant.created" | "trust_reuse_grant.revoked" | "trust_reuse_consent.revoked_by_user";
        /** @description The subject of a test event. */
        TestedEndpoint: {
            id: string;
            /** @constant */
            object: "webhook_endpoint";
        };
        /** @description Unix seconds. */
        Timestamp: number;
        /**
         * @description The use of a verification that another organization made and its user shares. It holds no name, document or
         *     picture. Later sessions of the same person use the same grant.
         */
        TrustGrant: {
            /** @description The tier that was proven, in upper case. */
            age_tier: string;
            /**
             * Format: date-time
             * @description The end of the verification.
             */
            expires_at: string;
            /** Format: date-time */
            granted_at: string;
            id: string;
            /** @description The method of the verification, in upper case. */
            method: string;
            /** @constant */
            object: "trust_reuse_grant";
            /** Format: date-time */
            revoked_at: string | null;
            /**
             * @description `USER_REVOKED`: the user, by the link of the mail. `USER_REVOKED_CONSENT`: the user ended the sharing.
             *     `ERASURE_REQUEST`: the user was erased. `TARGET_OPERATOR_REVOKED`: your organization.
             *     `SOURCE_CREDENTIAL_REVOKED`: the organization that made the verification.
             * @enum {string|null}
             */
            revoked_reason: "USER_REVOKED" | "USER_REVOKED_CONSENT" | "ERASURE_REQUEST" | "TARGET_OPERATOR_REVOKED" | "SOURCE_CREDENTIAL_REVOKED" | null;
            /** @description The session for which the grant was made. */
            session_id: string;
            /** @description The organization that made the verification. */
            source_org_id: string;
            /** @description The strength of the method, in upper case. */
            strength: string;
            /** @description Your organization. */
            target_org_id: string;
            verified_person_id: string;
        };
        /** @description The data of an event about a grant, with the grant at that time. */
        TrustGrantData: {
            object: components["schemas"]["TrustGrant"];
        };
        TrustGrantList: {
            data: components["schemas"]["TrustGrant"][];
            has_more: boolean;
            /** @constant */
            object: "list";
            /** @constant */
            url: "/v1/trust_reuse/grants";
        };
        /** @description A link of a mail about a grant. */
        TrustLink: {
            /** Format: date-time */
            granted_at: string;
            /** @constant */
            object: "trust_reuse_link";
            /** @description Whether the link still works. */
            open: boolean;
            /** @description The name of the organization that accepted the verification. */
            organization: string;
            /**
             * @description Whether it revokes the one grant, or ends all sharing.
             * @enum {string}
             */
            scope: "grant" | "all";
        };
        TrustLinkToken: {
            token: string;
        };
        /**
         * @description The conditions under which the organization accepts verifications that users share with it.
         * @example {
         *       "object": "trust_reuse_policy",
         *       "accept": false,
         *       "max_age_days": null,
         *       "same_jurisdiction": true,
         *       "methods": [],
         *       "liability_acknowledged_at": null
         *     }
         */
        TrustPolicy: {
            /** @description The switch; off at first. */
            accept: boolean;
            /**
             * Format: date-time
             * @description When the organization last acknowledged its liability; null before the first time.
             */
            liability_acknowledged_at: string | null;
            /** @description The greatest age of a verification in days; null for any age. */
            max_age_days: number | null;
            /** @description The accepted methods; empty accepts all. */
            methods: components["schemas"]["Method"][];
            /** @constant */
            object: "trust_reuse_policy";
            /** @description Whether only verifications count that were made in exactly the jurisdiction of the session; true at first. */
            same_jurisdiction: boolean;
        };
        /**
         * @example {
         *       "accept": true,
         *       "liability_acknowledged": true,
         *       "max_age_days": 90,
         *       "methods": [
         *         "document_capture",
         *         "mdl"
         *       ]
         *     }
         */
        TrustPolicyUpdate: {
            accept?: boolean | null;
            /** @description Whether the organization acknowledges its liability for verifications that it accepts. */
            liability_acknowledged?: boolean | null;
            /** @description The greatest age in days. Null and the empty string accept any age. */
            max_age_days?: number | string | null;
            /** @description The accepted methods, in any letter case; `[]` accepts all. */
            methods?: string[] | null;
            same_jurisdiction?: boolean | null;
        };
        UnprocessableError: components["schemas"]["InvalidRequestError"] & {
            error?: {
                /** @enum {unknown} */
                code?: "use_case_prohibited" | "jurisdiction_unresolvable";
            };
        };
        /** @description A file for an attempt at a method. There is no way to read its content back. */
        Upload: {
            /** @description Whether the whole file has arrived. */
            complete: boolean;
            created: components["schemas"]["Timestamp"];
            expires_at: components["schemas"]["Timestamp"];
            id: string;
            /**
             * @description The type detected in the content; null until the upload is complete.
             * @enum {string|null}
             */
            media_type: "image/jpeg" | "image/png" | "image/webp" | "image/heic" | "video/mp4" | "video/quicktime" | "video/webm" | "application/vnd.stile.chip-data" | null;
            method: components["schemas"]["Method"];
            /** @constant */
            object: "upload";
            /** @description The bytes that have arrived. */
            size: number;
        };
        /**
         * @description The use case. With the jurisdiction it decides the age and the permitted methods.
         * @enum {string}
         */
        UseCase: "alcohol_delivery" | "alcohol_in_person" | "cannabis_dispensary" | "cannabis_delivery" | "gambling_online" | "gambling_in_person" | "tobacco_nicotine" | "adult_content" | "social_media" | "firearms";
        /** @description The verdict on one attempt at one method. */
        VerificationResult: {
            /** @description The proven tier, if there is one. */
            age_tier: components["schemas"]["AgeTier"] | null;
            attempt: number;
            /**
             * @description How a face was judged. Present for `facial_age`, `selfie_match` and `selfie_liveness` if Stile judged them and
             *     the pictures could be used. It has no biometric data: no template, no age and no similarity.
             */
            biometric?: {
                /** @description The estimated age from which `facial_age` passed. */
                approve_at?: number;
                /**
                 * @description That of `selfie_match`.
                 * @enum {string}
                 */
                band?: "match" | "review" | "no_match";
                /** @description How many pictures counted. */
                frames: number;
                /** @description The version of the readers, and each model with the first digits of its SHA-256. */
                models: string;
                /** @enum {string} */
                strategy?: "3d_action" | "flashing" | "passive";
                /** @description The standard deviation of the estimated age over the pictures, in years. */
                uncertainty?: number;
            };
            checks: {
                name: string;
                /**
                 * @description `not_performed` if the check could not be made, such as that of a text that is not readable.
                 * @enum {string}
                 */
                status: "passed" | "failed" | "not_performed";
            }[];
            created: components["schemas"]["Timestamp"];
            /**
             * @description The digital credential that was verified. Present for `mdl`, `mid` and `eudi_pid` if its proofs hold, even
             *     if it does not suffice.
             */
            credential?: {
                /** @enum {string} */
                format: "mso_mdoc" | "dc+sd-jwt";
                /** @description Present if the credential or the certificate of its issuer names it. */
                issuing_country?: string;
                /**
                 * @description The document type of a mobile document, or the `vct` of an SD-JWT VC.
                 * @example org.iso.18013.5.1.mDL
                 */
                type: string;
            };
            /**
             * @description The physical document that was read. Present for `document_capture` if Stile judged it and the type was
             *     recognised, even if the document does not suffice.
             */
            document?: {
                /**
                 * @description Whether the date of expiry is past.
                 * @enum {string}
                 */
                expiry: "valid" | "expired" | "unknown";
                /**
                 * @description The country or organization that issued the document, as its machine-readable zone or its barcode names
                 *     it: a code of ISO 3166-1 alpha-3 or ICAO 9303.
                 * @example USA
                 * @example DEU
                 * @example UTO
                 */
                issuing_country?: string;
                /** @enum {string} */
                type: "ID_CARD" | "PASSPORT" | "DRIVERS_LICENSE" | "RESIDENCE_PERMIT" | "HEALTH_CARD";
            };
            id: string;
            method: components["schemas"]["Method"];
            /** @description The workflow's step. */
            node: string;
            /** @constant */
            object: "verification_result";
            /** @description The judge of the attempt. Null if Stile judged it. */
            provider: string | null;
            reason_codes: components["schemas"]["ReasonCode"][];
            reasons: components["schemas"]["Reason"][];
            /** @enum {string} */
            status: "passed" | "failed" | "requires_input" | "error";
            strength: components["schemas"]["Strength"];
        };
        /** @description One attempt to verify one user. The schemas built on it say which of the optional fields are present. */
        VerificationSession: {
            /**
             * @description Set while a phone holds the session.
             * @enum {string|null}
             */
            active_device: "mobile" | null;
            age_tier: components["schemas"]["AgeTier"];
            cancel_url: string | null;
            client_reference_id: string | null;
            /** @description Lets the user's device act for this session. Only in the answer to its creation. */
            client_secret?: string;
            completed_at: components["schemas"]["NullableTimestamp"];
            compliance: components["schemas"]["ComplianceResult"];
            /** @description The version of the text that the user consented to; null if the page did not name it. */
            consent_text_version: string | null;
            /** @description The time of the user's consent to biometric processing. */
            consented_at: components["schemas"]["Timestamp"] | null;
            created: components["schemas"]["Timestamp"];
            device_locked_at: components["schemas"]["NullableTimestamp"];
            expires_at: components["schemas"]["Timestamp"];
            failure: components["schemas"]["NullableFailure"];
            id: string;
            /**
             * @description The place of the user's address when the session was created, or opened, if `client_ip` was not passed;
             *     null if unknown. Only with `delivery_jurisdiction`.
             */
            ip_jurisdiction?: string | null;
            jurisdiction: components["schemas"]["Jurisdiction"];
            /**
             * @description Whether that differs from the delivery jurisdiction. A country does not differ from a state of its own,
             *     nor does null from any place. It blocks nothing, but is a signal of the session's `risk`. Only with
             *     `delivery_jurisdiction`.
             */
            jurisdiction_mismatch?: boolean;
            /**
             * @description True while the known address is that of your server, because you passed neither `client_ip` nor
             *     `jurisdiction`, or passed `jurisdiction` and `delivery_jurisdiction` without `client_ip`. When the user
             *     opens the session their own address replaces it, and `jurisdiction`, `age_tier`, `methods` and `compliance`
             *     may change, once.
             */
            jurisdiction_provisional: boolean;
            jurisdiction_source: components["schemas"]["JurisdictionSource"];
            /**
             * @description The user's language, as a BCP 47 tag.
             * @example de
             * @example pt-BR
             */
            locale: string | null;
            metadata: components["schemas"]["Metadata"];
            /** @description The methods that the workflow offers in this jurisdiction. */
            methods: components["schemas"]["Method"][];
            /** @constant */
            object: "verification_session";
            /** @description Whether a returning user must prove control of the e-mail address. */
            requires_email_otp: boolean;
            /** @description The verdicts on the attempts. Only with `expand[]`. */
            results?: components["schemas"]["VerificationResult"][];
            return_url: string | null;
            review: components["schemas"]["NullableReview"];
            risk: components["schemas"]["Risk"] | null;
            status: components["schemas"]["SessionStatus"];
            type: components["schemas"]["SessionType"];
            updated: components["schemas"]["Timestamp"];
            /**
             * Format: uri
             * @description The hosted page, with the secret in its fragment. Only in the answer to its creation.
             */
            url?: string;
            /** @description The way to the verification: the name of a method, `review`, `vp_token`, `returning_user` or `trust_reuse`. */
            verification_path: string | null;
            /** @description The person; null until the session is verified. */
            verified_person_id: string | null;
            workflow_id: string;
            workflow_version: number;
        };
        /**
         * @example {
         *       "type": "age",
         *       "workflow_id": "wf_h4x3mfsq7yb2kd5tjw6pza4n",
         *       "client_reference_id": "user_123"
         *     }
         */
        VerificationSessionCreate: {
            /**
             * @description `true` reuses an earlier verification of the person that `email`, `phone` or `credential_hash` names: the
             *     session is created `verified`, or as `requires_input` if the user must prove the e-mail address first. If
             *     none can be reused, the answer is `no_matching_vp`, and no session is created; create it without the
             *     parameter. `false` asks for a fresh verification, whatever `vp_token` says.
             */
            accept_existing?: boolean | null;
            /**
             * Format: uri
             * @description The page for the user after a cancellation.
             */
            cancel_url?: string | null;
            /**
             * @description A token of Cloudflare Turnstile from the page that sends the request. Required with a publishable key of a
             *     live organization (`captcha_required`), checked with one of a sandbox, and ignored with a secret key. A
             *     refused token is `captcha_invalid`. A token counts once; a repeat with the same `Idempotency-Key` needs no
             *     other one.
             */
            captcha_token?: string | null;
            /**
             * @description The user's IPv4 or IPv6 address, as your server sees it. Without `jurisdiction` it determines the user's
             *     place; without both, the address of the request stands for the user's until the user opens the session.
             *     Never stored, logged or returned. It is refused with a publishable key, because then the request comes
             *     from the user.
             * @example 203.0.113.7
             * @example 2001:db8::7
             */
            client_ip?: string | null;
            /** @description Your own name for the user or order. */
            client_reference_id?: string | null;
            /**
             * @description Names an earlier verification at this organization: the SHA-256 of the claim `cid` of its VP token, in
             *     hexadecimal. Beside `email` or `phone` it must be one of that person's.
             */
            credential_hash?: string | null;
            /**
             * @description The order's destination, such as `US-OR`. It decides nothing. The session and its events report in
             *     `ip_jurisdiction` and `jurisdiction_mismatch` whether the user's address is in another place. If that is
             *     another country, the session is flagged for review once it is verified. Refused with a publishable key.
             */
            delivery_jurisdiction?: string | null;
            /** @description The user's e-mail address. Stored encrypted and never returned. */
            email?: string | null;
            /**
             * @description The user's place, such as `US-CA`. Default: detected. With a publishable key it counts only if it equals
             *     the place of the address of the request, or if its rule is at least as strict.
             */
            jurisdiction?: string | null;
            /**
             * @description The user's language, as a BCP 47 tag. The verification page begins in it, if it has it. It is stored in its
             *     canonical form.
             * @example de
             * @example pt-BR
             * @example zh-Hant
             */
            locale?: string | null;
            /** @description The greatest age of an earlier verification, such as `30d`. */
            max_age?: string | null;
            /** @description Up to 50 pairs that conditions can read. Refused with a publishable key. */
            metadata?: components["schemas"]["MetadataInput"];
            /** @description The weakest accepted method of an earlier verification. */
            min_strength?: string | null;
            /** @description The user's phone number. Stored encrypted and never returned. */
            phone?: string | null;
            /** @description Methods that the person must all have been verified with, in one or more verifications. */
            required_methods?: string[] | null;
            /**
             * Format: uri
             * @description The page for the user after the verification.
             */
            return_url?: string | null;
            /**
             * @description Creates the session as verified, with a result of the strongest method of its workflow and the `provider`
             *     `sandbox`. Only in sandbox organizations; others refuse it.
             */
            skip_verification?: boolean | null;
            type: components["schemas"]["SessionType"];
            /**
             * @description The `vp_token` of an earlier session's view. The session is created `verified` if the verification meets
             *     its terms, and as any other if it does not. A token that is malformed, expired, revoked, of another
             *     organization, from another page or for another e-mail address gives `vp_token_invalid`.
             */
            vp_token?: string | null;
            /** @description A published workflow. It decides use case and methods. */
            workflow_id: string;
        };
        VerificationSessionList: {
            data: components["schemas"]["RetrievedVerificationSession"][];
            has_more: boolean;
            /** @constant */
            object: "list";
            /** @constant */
            url: "/v1/verification_sessions";
        };
        /** @description A session at the time of an event. */
        VerificationSessionSnapshot: components["schemas"]["RetrievedVerificationSession"] & {
            results?: never;
        };
        VerificationStatus: {
            /**
             * @description Only with the client secret.
             * @enum {string|null}
             */
            active_device?: "mobile" | null;
            /** @description Only with the client secret. */
            device_locked_at?: number | null;
            /**
             * @description The number that the user must choose on the phone, to show that it is theirs; null if there is nothing to
             *     choose, and for the phone. Only with the client secret.
             */
            handoff_number?: number | null;
            is_terminal: boolean;
            /** @description The progress that the phone reports, in its own words; null until it does. Only with the client secret. */
            phase?: string | null;
            /** @description True while a phone holds the session. There is no handoff then. */
            same_device_only: boolean;
            session_id: string;
            status: components["schemas"]["SessionStatus"];
        };
        /** @description The data of the verification page. */
        VerificationView: {
            age_tier: components["schemas"]["AgeTier"];
            /**
             * @description The text that the user consents to; null unless `consent_required`. It is in the first language of
             *     `Accept-Language` that Stile has, else in the session's `locale`, else in English.
             */
            biometric_consent: {
                /** @description The language of the text, as a BCP 47 tag. */
                locale: string;
                text: string;
                version: components["schemas"]["ConsentTextVersion"];
            } | null;
            /** @description The page for the user after a cancellation. */
            cancel_url: string | null;
            consent_required: boolean;
            /** @description How long the law allows data to be kept, in days; null means erased at completion. */
            data_retention: {
                biometric_retention_days: number | null;
                data_retention_days: number | null;
                document_image_retention_days: number | null;
            };
            /** @description The members that the page is to send when it opens the session. Empty once it is open. */
            device_hints: ("time_zone" | "device_id")[];
            email_otp: components["schemas"]["EmailOTP"];
            expires_at: components["schemas"]["Timestamp"];
            failure: components["schemas"]["NullableFailure"];
            handoff_choices: components["schemas"]["HandoffChoices"];
            /** @description The reason; null if it is not offered. */
            handoff_reason: components["schemas"]["HandoffReason"] | null;
            /**
             * @description The user's place, which decides the law; null until the session is opened, if the user's address is not
             *     known before. Age tier, methods and retention may change with it, once.
             */
            jurisdiction: components["schemas"]["Jurisdiction"] | null;
            /** @description The language with which the session was created, as a BCP 47 tag. */
            locale: string | null;
            merchant: {
                /** @description The colour for buttons. White or black text on it has a contrast of at least 4.5, as on any colour. */
                color: string | null;
                /**
                 * Format: uri
                 * @description The logo, at the origin of the verification page; null if there is none.
                 */
                logo_url: string | null;
                name: string;
            };
            /** @description Every method that the session may reach, in order. The user can submit to the available ones. */
            methods: {
                /** @description How often the method may fail. */
                attempts: number;
                attempts_left: number;
                /**
                 * @description Whether it measures the user's body. It takes no submission before the user's consent then, while
                 *     `consent_required` is true.
                 */
                biometric: boolean;
                /** @description The accepted documents; empty if the workflow accepts any, or the method takes none. */
                document_types: ("ID_CARD" | "PASSPORT" | "DRIVERS_LICENSE" | "RESIDENCE_PERMIT" | "HEALTH_CARD")[];
                /**
                 * @description The submissions that the method takes; null if it takes none now but simulations, and once the session
                 *     has ended.
                 */
                input: components["schemas"]["MethodInput"] | null;
                /** @description Why the last attempt did not pass; null if there was none, or it passed. */
                last_attempt: {
                    reason_codes: components["schemas"]["ReasonCode"][];
                    reasons: components["schemas"]["Reason"][];
                    /** @enum {string} */
                    status: "failed" | "requires_input" | "error";
                } | null;
                /**
                 * @description null if the workflow leaves it to the method.
                 * @enum {string|null}
                 */
                liveness_strategy: "3d_action" | "flashing" | "passive" | null;
                method: components["schemas"]["Method"];
                /** @description The device features that it needs, such as a camera. */
                needs: string[];
                /** @description The strength of the method. The strongest has the highest. */
                rank: number;
                /**
                 * @description `available` takes a submission, and `processing` is judging one. `exhausted` has used up its
                 *     attempts. The step of an `upcoming` method has not begun and still may; the step of a `skipped` one
                 *     ended without it, or can no longer begin. An `unavailable` method lacks its configuration.
                 * @enum {string}
                 */
                status: "available" | "processing" | "passed" | "exhausted" | "upcoming" | "skipped" | "unavailable";
                /** @description Why the method cannot be used; null unless its status is `unavailable`. */
                unavailable_reason: string | null;
                /**
                 * @description The newest challenge of the current attempt that can still be answered, so that a page that was
                 *     reloaded or closed can go on; null without one.
                 */
                waiting: {
                    challenge: string;
                    /** @description What the device was told when it began; null where the method tells only the device that began. */
                    data: {
                        [key: string]: unknown;
                    } | null;
                    expires_at: components["schemas"]["Timestamp"];
                } | null;
            }[];
            /** @constant */
            object: "verification_view";
            /** @description Whether to offer to continue on a phone. Never true on a phone. */
            offer_handoff: boolean;
            /** @description Whether the session has a phone number. Otherwise a method that needs one asks. */
            phone_known: boolean;
            requires_email_otp: boolean;
            /** @description The page for the user after the verification. */
            return_url: string | null;
            /** @description Set if a reviewer looks, or has looked, at the session. */
            review: {
                status: components["schemas"]["ReviewStatus"];
            } | null;
            /** @description Rises with each change of the session. Answers may overtake each other; show the greatest. */
            revision: number;
            /** @description Whether every method also takes `simulate`. */
            sandbox: boolean;
            session_id: string;
            status: components["schemas"]["SessionStatus"];
            /** @description The user's consent to share the verification with other organizations. */
            trust_reuse: {
                /** @description Whether the user can consent. False until the session is verified. */
                available: boolean;
                /** @description Whether the user has consented. */
                consent: boolean;
            };
            type: components["schemas"]["SessionType"];
            /**
             * @description The way to the verification: the name of a method, `review`, `vp_token`, `returning_user` or `trust_reuse`;
             *     null until the session is verified.
             */
            verification_path: string | null;
            /**
             * @description The token by which this user passes at once at the next visit, for the page to keep. Null until the session
             *     is verified, for a phone of a handoff, and once the verification has expired or was revoked.
             */
            vp_token: string | null;
        };
        /**
         * @description At least one of `email` and `phone` is needed.
         * @example {
         *       "email": "user@example.com",
         *       "min_strength": "document_capture",
         *       "max_age": "30"
         *     }
         */
        VerifiedPersonLookup: {
            /** @description The e-mail address of the person, in any spelling. */
            email?: string | null;
            /** @description The greatest age of a verification in days, such as `"30"`. Sessions take it as `30d`. */
            max_age?: string | number | null;
            /** @description The methods that count. */
            methods?: string[] | null;
            /** @description The weakest method that counts. */
            min_strength?: string | null;
            /** @description The phone number of the person, with the code of the country. */
            phone?: string | null;
        };
        /**
         * @example {
         *       "object": "verified_person_lookup",
         *       "verified": false,
         *       "verified_person_id": null,
         *       "credentials": []
         *     }
         */
        VerifiedPersonLookupResult: {
            /** @description The verifications that meet the conditions, the best first. */
            credentials: {
                /** Format: date-time */
                expires_at: string;
                /** @description The method in upper case. */
                method: string;
                /** @description The strength in upper case. */
                strength: string;
                /** Format: date-time */
                verified_at: string;
            }[];
            /** @constant */
            object: "verified_person_lookup";
            /** @description Whether a verification meets the conditions. */
            verified: boolean;
            verified_person_id: string | null;
        };
        /**
         * @description For `mdl`, `mid` and `eudi_pid` over the Digital Credentials API: the `DigitalCredential` that
         *     `navigator.credentials.get` returned for the challenge's `data.requests`. Members that are null count as absent.
         */
        WalletSubmission: {
            /** @description The id of the challenge. */
            challenge: string;
            /** @description Its `data`. */
            data: {
                [key: string]: unknown;
            };
            /**
             * @description Its `protocol`.
             * @enum {string}
             */
            protocol: "openid4vp-v1-signed" | "org-iso-mdoc";
        };
        /** @description One attempt to deliver one event to one endpoint. */
        WebhookDelivery: {
            /** @description The number of the attempt for this event and endpoint, counted from 1. */
            attempt: number;
            /** @description When a later attempt was made; while it is pending, when it was scheduled. */
            created: components["schemas"]["Timestamp"];
            /** @description How long the exchange took. Null before it. */
            duration_ms: number | null;
            endpoint_id: string;
            /** @description Why there was no complete answer. */
            error: string | null;
            event_id: string;
            event_type: components["schemas"]["FiredEventType"];
            /** @description The receiver gets it as the header `Stile-Webhook-Id`. */
            id: string;
            /** @description When the next attempt follows a failed one. Null if none follows. */
            next_attempt_at: components["schemas"]["Timestamp"] | null;
            /** @constant */
            object: "webhook_delivery";
            /** @description The HTTP status of the answer. Null without an answer. */
            response_status: number | null;
            status: components["schemas"]["WebhookDeliveryStatus"];
        };
        WebhookDeliveryList: {
            data: components["schemas"]["WebhookDelivery"][];
            has_more: boolean;
            /** @constant */
            object: "list";
            url: string;
        };
        WebhookDeliveryRequest: {
            /** @description The event as it was sent, byte for byte. The signature is over this text. */
            body: string;
            /** @description The headers of Stile, `Stile-Signature` among them. */
            headers: {
                [key: string]: string;
            };
            /** @description The endpoint's URL at that time. */
            url: string;
        };
        WebhookDeliveryResponse: {
            /** @description The first 16 KiB. Bytes that are not UTF-8 appear as U+FFFD. */
            body: string;
            status: number;
        };
        /**
         * @description An attempt is `pending` until it has been made. It is `succeeded` after a 2xx answer, and `failed` after any
         *     other or none that was complete in time (30 seconds); each further attempt is a delivery of its own. It is
         *     `closed` if the endpoint was disabled before the attempt.
         * @enum {string}
         */
        WebhookDeliveryStatus: "pending" | "succeeded" | "failed" | "closed";
        WebhookEndpoint: {
            created: components["schemas"]["Timestamp"];
            description: string | null;
            /** @description When Stile disabled the endpoint, in Unix seconds. Null unless Stile disabled it. */
            disabled_at: number | null;
            /**
             * @description Why Stile disabled the endpoint; `gone` means that it answered 410 Gone to two attempts, one after the
             *     other. Null unless Stile disabled it.
             * @enum {string|null}
             */
            disabled_reason: "gone" | null;
            enabled_events: components["schemas"]["SubscribedEvent"][];
            id: string;
            metadata: components["schemas"]["Metadata"];
            /** @constant */
            object: "webhook_endpoint";
            /** @description Until when the old secret of a rotation signs, in Unix seconds. Null without an overlap. */
            overlap_until: number | null;
            /** @enum {string} */
            status: "enabled" | "disabled";
            updated: components["schemas"]["Timestamp"];
            /** Format: uri */
            url: string;
        };
        /**
         * @example {
         *       "url": "https://example.com/webhooks",
         *       "enabled_events": [
         *         "verification_session.verified"
         *       ]
         *     }
         */
        WebhookEndpointCreate: {
            description?: string | null;
            enabled_events: components["schemas"]["SubscribedEvent"][];
            metadata?: components["schemas"]["MetadataInput"];
            /** @enum {string|null} */
            status?: "enabled" | "disabled" | null;
            /**
             * Format: uri
             * @description HTTPS; a sandbox organization may use HTTP.
             */
            url: string;
        };
        WebhookEndpointList: {
            data: components["schemas"]["WebhookEndpoint"][];
            has_more: boolean;
            /** @constant */
            object: "list";
            /** @constant */
            url: "/v1/webhook_endpoints";
        };
        WebhookEndpointUpdate: {
            description?: string | null;
            enabled_events?: components["schemas"]["SubscribedEvent"][] | null;
            metadata?: components["schemas"]["MetadataInput"];
            /** @enum {string|null} */
            status?: "enabled" | "disabled" | null;
            /** Format: uri */
            url?: string | null;
        };
        WebhookRecovery: {
            completed_at: components["schemas"]["Timestamp"] | null;
            created: components["schemas"]["Timestamp"];
            /**
             * @description The number of attempts that it has requested so far, by their status. A failed one is back on the
             *     schedule.
             */
            deliveries: {
                closed: number;
                failed: number;
                pending: number;
                succeeded: number;
            };
            endpoint_id: string;
            id: string;
            /** @constant */
            object: "webhook_recovery";
            since: components["schemas"]["Timestamp"];
            /**
             * @description `running` until every attempt has been made, then `completed`; `cancelled` if the endpoint was disabled or
             *     deleted before.
             * @enum {string}
             */
            status: "running" | "completed" | "cancelled";
            until: components["schemas"]["Timestamp"];
        };
        WebhookRecoveryCreate: {
            /** @description Events of this second or later, in Unix seconds. Not in the future. */
            since: number;
            /** @description Events of this second or before. Default and latest: now. */
            until?: number | null;
        };
        WebhookRecoveryList: {
            data: components["schemas"]["WebhookRecovery"][];
            has_more: boolean;
            /** @constant */
            object: "list";
            url: string;
        };
        /**
         * @description The draft of a workflow. It may hold any values of the right types, which is why its names are plain strings
         *     here. Validation reports their faults, and publishing refuses a draft with faults.
         */
        Workflow: {
            /** @description `any_of` if one of the methods suffices, `all_of` if all are needed. */
            composition: string | null;
            created: components["schemas"]["Timestamp"];
            graph: components["schemas"]["NullableGraph"];
            id: string;
            /** @description The jurisdictions of the workflow. Empty means all. */
            jurisdictions: string[];
            /** @description The primary methods of a simple workflow. */
            methods: string[];
            /** @description `simple` or `graph`. */
            mode: string;
            name: string;
            /** @constant */
            object: "workflow";
            overrides: components["schemas"]["Overrides"];
            preferences: components["schemas"]["Preferences"];
            /** @description The version that sessions run. */
            published_version: number | null;
            /** @description Methods that run on top of the primary ones. */
            supplementary: string[];
            updated: components["schemas"]["Timestamp"];
            use_case: string | null;
        };
        /**
         * @example {
         *       "sessions": {
         *         "last": 200
         *       }
         *     }
         * @example {
         *       "version": 3,
         *       "sessions": {
         *         "created": {
         *           "gte": 1795168620
         *         },
         *         "status": "failed",
         *         "jurisdiction": "US-CA",
         *         "workflow_version": 2
         *       }
         *     }
         */
        WorkflowBacktest: {
            /** @description Selects among the ended sessions. Each given member narrows the selection. */
            sessions?: {
                /** @description The time of creation, in Unix seconds, from `gte` or after `gt`, and to `lte` or before `lt`. */
                created?: {
                    gt?: number | null;
                    gte?: number | null;
                    lt?: number | null;
                    lte?: number | null;
                } | null;
                /** @description Exactly this one, in either case; `US` does not match `US-CA`. */
                jurisdiction?: string | null;
                /** @description The maximum number, the last ones. Default: 100. */
                last?: number | null;
                /** @enum {string|null} */
                status?: "verified" | "failed" | "cancelled" | "expired" | null;
                /** @description The version that the sessions ran. */
                workflow_version?: number | null;
            } | null;
            /** @description The version to run. Default: the draft. */
            version?: number | null;
        };
        WorkflowBacktestReport: {
            changed: {
                after: components["schemas"]["SimulatedOutcome"];
                before: components["schemas"]["SessionStatus"];
                /** @description The first step that differs. */
                node: string | null;
                session_id: string;
            }[];
            /** @description Whether there are older sessions that match. */
            more: boolean;
            /** @constant */
            object: "workflow_backtest";
            /** @description The number of sessions. */
            sessions: number;
            unchanged: number;
            /** @description The version that ran. Null for the draft. */
            version: number | null;
        };
        /**
         * @example {
         *       "name": "Checkout",
         *       "mode": "simple",
         *       "use_case": "alcohol_delivery",
         *       "jurisdictions": [
         *         "US"
         *       ],
         *       "methods": [
         *         "mdl",
         *         "document_capture",
         *         "facial_age"
         *       ],
         *       "composition": "any_of",
         *       "supplementary": [
         *         "selfie_liveness"
         *       ],
         *       "overrides": {
         *         "US-CA": {
         *           "add": [
         *             "carrier_lookup"
         *           ],
         *           "remove": [
         *             "mdl"
         *           ]
         *         }
         *       },
         *       "preferences": {
         *         "liveness_strategy": "passive",
         *         "max_attempts": 3
         *       }
         *     }
         */
        WorkflowCreate: {
            /** @description `any_of`, the default, or `all_of`. */
            composition?: string | null;
            graph?: components["schemas"]["NullableGraph"];
            jurisdictions?: string[] | null;
            methods?: string[] | null;
            /** @description `simple`, the default, or `graph`. */
            mode?: string | null;
            name: string;
            overrides?: components["schemas"]["NullableOverrides"];
            preferences?: components["schemas"]["NullablePreferences"];
            supplementary?: string[] | null;
            /** @description One of `UseCase`. */
            use_case: string;
        };
        WorkflowFault: {
            /** @description A path within the node, or within the workflow. */
            field: string;
            message: string;
            /** @description The node at fault. Null for the workflow as a whole. */
            node: string | null;
        };
        WorkflowList: {
            data: components["schemas"]["Workflow"][];
            has_more: boolean;
            /** @constant */
            object: "list";
            /** @constant */
            url: "/v1/workflows";
        };
        WorkflowPublish: {
            /** @description The changes. */
            note?: string | null;
        };
        WorkflowRollback: {
            /** @description The reason. */
            note?: string | null;
            /** @description The version to publish again. */
            version: number;
        };
        /**
         * @description Cases, or jurisdictions, or both.
         * @example {
         *       "cases": [
         *         {
         *           "name": "a failed document is reviewed",
         *           "jurisdiction": "US-CA",
         *           "metadata": {
         *             "tier": "vip"
         *           },
         *           "results": [
         *             {
         *               "method": "facial_age",
         *               "outcome": "passed"
         *             },
         *             {
         *               "node": "doc",
         *               "outcome": "failed",
         *               "reason_codes": [
         *                 "unreadable"
         *               ]
         *             }
         *           ],
         *           "reviews": [
         *             {
         *               "decision": "approve"
         *             }
         *           ],
         *           "expect": {
         *             "outcome": "verified"
         *           }
         *         }
         *       ]
         *     }
         */
        WorkflowSimulate: {
            cases?: components["schemas"]["SimulationCase"][] | null;
            /**
             * @description The places in which to run every case; a case must then name none. `["*"]` means every jurisdiction of the
             *     workflow that has rules. The answer lists them as `markets`.
             */
            jurisdictions?: string[] | null;
            /** @description The version to run. Default: the draft. */
            version?: number | null;
        };
        WorkflowSimulation: {
            cases: components["schemas"]["SimulatedCase"][];
            /** @description Only with `jurisdictions`. */
            markets?: components["schemas"]["SimulatedMarket"][];
            /** @constant */
            object: "workflow_simulation";
            /** @description Whether every case ended as expected, and the workflow runs in every requested jurisdiction. */
            passed: boolean;
            /** @description The version that ran. Null for the draft. */
            version: number | null;
        };
        WorkflowUpdate: {
            composition?: string | null;
            graph?: components["schemas"]["NullableGraph"];
            jurisdictions?: string[] | null;
            methods?: string[] | null;
            /** @description Setting it drops the fields of the other mode, a graph or methods, composition and so on. */
            mode?: string | null;
            name?: string | null;
            overrides?: components["schemas"]["NullableOverrides"];
            preferences?: components["schemas"]["NullablePreferences"];
            supplementary?: string[] | null;
            use_case?: string | null;
        };
        WorkflowValidation: {
            faults: components["schemas"]["WorkflowFault"][];
            /** @description The methods that the compiled graph can use. */
            methods: components["schemas"]["Method"][];
            /** @constant */
            object: "workflow_validation";
            valid: boolean;
            /**
             * @description Settings without effect, and paths on which a session of type `identity` is refused or fails. They do not
             *     prevent publishing. Empty if there are faults.
             */
            warnings: components["schemas"]["WorkflowFault"][];
        };
        /** @description A published workflow; it never changes. */
        WorkflowVersion: {
            /** @description The user who published it. */
            author: string | null;
            /** @description The graph that sessions run. */
            compiled: {
                [key: string]: unknown;
            };
            created: components["schemas"]["Timestamp"];
            /** @description The draft at its publication. */
            definition: {
                [key: string]: unknown;
            };
            id: string;
            note: string | null;
            /** @constant */
            object: "workflow_version";
            version: number;
            /**
             * @description Only in the answers of publish and rollback. Settings without effect, and paths on which a session of type
             *     `identity` is refused or fails.
             */
            warnings?: components["schemas"]["WorkflowFault"][];
            workflow_id: string;
        };
        WorkflowVersionList: {
            data: components["schemas"]["WorkflowVersion"][];
            has_more: boolean;
            /** @constant */
            object: "list";
            url: string;
        };
    };
    responses: {
        /** @description A parameter is missing or wrong; `param` names it. */
        BadRequest: {
            headers: {
                "Request-Id": components["headers"]["RequestId"];
                "X-RateLimit-Limit": components["headers"]["RateLimitLimit"];
                "X-RateLimit-Remaining": components["headers"]["RateLimitRemaining"];
                "X-RateLimit-Reset": components["headers"]["RateLimitReset"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["ParameterInvalidError"];
            };
        };
        /** @description The submission has had another verdict, or its session ended before; or the idempotency key was used before. */
        CallbackConflict: {
            headers: {
                "Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["InvalidRequestError"] & {
                    error?: {
                        /** @enum {unknown} */
                        code?: "verdict_given" | "session_terminal" | "idempotency_key_reuse";
                    };
                };
            };
        };
        /** @description No provider was asked about such a submission, or its connector is no longer in use. */
        CallbackNotFound: {
            headers: {
                "Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["InvalidRequestError"] & {
                    error?: {
                        /** @constant */
                        code?: "resource_missing";
                    };
                };
            };
        };
        /** @description The session has ended or is being judged, or the idempotency key was used with another body. */
        CancelConflict: {
            headers: {
                "Request-Id": components["headers"]["RequestId"];
                "X-RateLimit-Limit": components["headers"]["RateLimitLimit"];
                "X-RateLimit-Remaining": components["headers"]["RateLimitRemaining"];
                "X-RateLimit-Reset": components["headers"]["RateLimitReset"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["InvalidRequestError"] & {
                    error?: {
                        /** @enum {unknown} */
                        code?: "session_terminal" | "session_not_cancellable" | "idempotency_key_reuse";
                    };
                };
            };
        };
        /** @description There is no such method, route or challenge, or the challenge is gone with its attempt. */
        ChallengeNotFound: {
            headers: {
                "Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["InvalidRequestError"] & {
                    error?: {
                        /** @constant */
                        code?: "resource_missing";
                    };
                };
            };
        };
        /** @description A parameter is missing or wrong; `param` names it. */
        ClientBadRequest: {
            headers: {
                "Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["ParameterInvalidError"];
            };
        };
        /** @description The session has ended, is being judged or is locked to another device, or the idempotency key was used before. */
        ClientCancelConflict: {
            headers: {
                "Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["InvalidRequestError"] & {
                    error?: {
                        /** @enum {unknown} */
                        code?: "session_terminal" | "session_not_cancellable" | "session_locked_to_other_device" | "handoff_ended" | "idempotency_key_reuse";
                    };
                };
            };
        };
        /** @description The session has ended or is locked to another device, or the idempotency key was used before. */
        ClientConflict: {
            headers: {
                "Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["InvalidRequestError"] & {
                    error?: {
                        /** @enum {unknown} */
                        code?: "session_terminal" | "session_locked_to_other_device" | "handoff_disabled" | "handoff_ended" | "handoff_not_confirmed" | "idempotency_key_reuse";
                    };
                };
            };
        };
        /** @description There is no such session. */
        ClientNotFound: {
            headers: {
                "Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["SessionNotFoundError"];
            };
        };
        /** @description Too many requests. */
        ClientTooManyRequests: {
            headers: {
                "Request-Id": components["headers"]["RequestId"];
                "Retry-After": components["headers"]["RetryAfter"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["RateLimitError"];
            };
        };
        /** @description The user's jurisdiction is unknown, or does not permit this use case with these methods. */
        ClientUnprocessable: {
            headers: {
                "Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["UnprocessableError"];
            };
        };
        /** @description The code is on its way. */
        EmailOTP: {
            headers: {
                "Idempotent-Replayed": components["headers"]["IdempotentReplayed"];
                "Request-Id": components["headers"]["RequestId"];
                "X-RateLimit-Limit": components["headers"]["RateLimitLimit"];
                "X-RateLimit-Remaining": components["headers"]["RateLimitRemaining"];
                "X-RateLimit-Reset": components["headers"]["RateLimitReset"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["EmailOTP"];
            };
        };
        /** @description The list of origins. */
        EmbedOrigins: {
            headers: {
                "Idempotent-Replayed": components["headers"]["IdempotentReplayed"];
                "Request-Id": components["headers"]["RequestId"];
                "X-RateLimit-Limit": components["headers"]["RateLimitLimit"];
                "X-RateLimit-Remaining": components["headers"]["RateLimitRemaining"];
                "X-RateLimit-Reset": components["headers"]["RateLimitReset"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["EmbedOrigins"];
            };
        };
        /**
         * @description The organization has the maximum of webhook endpoints (50 unless the operator sets another number), including
         *     disabled ones; or the idempotency key was used with another body.
         */
        EndpointLimit: {
            headers: {
                "Request-Id": components["headers"]["RequestId"];
                "X-RateLimit-Limit": components["headers"]["RateLimitLimit"];
                "X-RateLimit-Remaining": components["headers"]["RateLimitRemaining"];
                "X-RateLimit-Reset": components["headers"]["RateLimitReset"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["InvalidRequestError"] & {
                    error?: {
                        /** @enum {unknown} */
                        code?: "endpoint_limit_reached" | "idempotency_key_reuse";
                    };
                };
            };
        };
        /** @description A publishable key cannot do this. */
        Forbidden: {
            headers: {
                "Request-Id": components["headers"]["RequestId"];
                "X-RateLimit-Limit": components["headers"]["RateLimitLimit"];
                "X-RateLimit-Remaining": components["headers"]["RateLimitRemaining"];
                "X-RateLimit-Reset": components["headers"]["RateLimitReset"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"] & {
                    error?: {
                        /** @constant */
                        code?: "publishable_key_scope";
                    };
                };
            };
        };
        /** @description The decision cannot be taken now, or the idempotency key was used with another body. */
        GuardianConflict: {
            headers: {
                "Request-Id": components["headers"]["RequestId"];
                "X-RateLimit-Limit": components["headers"]["RateLimitLimit"];
                "X-RateLimit-Remaining": components["headers"]["RateLimitRemaining"];
                "X-RateLimit-Reset": components["headers"]["RateLimitReset"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["InvalidRequestError"] & {
                    error?: {
                        /** @enum {unknown} */
                        code?: "guardian_unproven" | "challenge_invalid" | "method_not_offered" | "submission_in_progress" | "session_terminal" | "idempotency_key_reuse";
                    };
                };
            };
        };
        /** @description The request. */
        GuardianRequest: {
            headers: {
                "Idempotent-Replayed": components["headers"]["IdempotentReplayed"];
                "Request-Id": components["headers"]["RequestId"];
                "X-RateLimit-Limit": components["headers"]["RateLimitLimit"];
                "X-RateLimit-Remaining": components["headers"]["RateLimitRemaining"];
                "X-RateLimit-Reset": components["headers"]["RateLimitReset"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["GuardianRequest"];
            };
        };
        /** @description The device token belongs to an attempt that has ended. */
        HandoffEnded: {
            headers: {
                "Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["InvalidRequestError"] & {
                    error?: {
                        /** @constant */
                        code?: "handoff_ended";
                    };
                };
            };
        };
        /** @description The token has expired. The desktop can show another. */
        HandoffTokenExpired: {
            headers: {
                "Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["InvalidRequestError"] & {
                    error?: {
                        /** @constant */
                        code?: "handoff_token_expired";
                    };
                };
            };
        };
        /** @description There is no such token. */
        HandoffTokenInvalid: {
            headers: {
                "Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"] & {
                    error?: {
                        /** @constant */
                        code?: "handoff_token_invalid";
                        /** @constant */
                        type?: "authentication_error";
                    };
                };
            };
        };
        /** @description Another device has used the token, holds the session, or the session has ended. */
        HandoffTokenRefused: {
            headers: {
                "Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["InvalidRequestError"] & {
                    error?: {
                        /** @enum {unknown} */
                        code?: "handoff_token_consumed" | "session_locked_to_other_device" | "session_terminal" | "idempotency_key_reuse";
                    };
                };
            };
        };
        /** @description The headers are larger than 64 KiB. */
        HeadersTooLarge: {
            headers: {
                "Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["InvalidRequestError"] & {
                    error?: {
                        /** @constant */
                        code?: "headers_too_large";
                    };
                };
            };
        };
        /** @description All parts work. */
        Healthy: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Health"];
            };
        };
        /** @description The request uses an unsupported part of HTTP; `param` names the header. */
        HTTPUnsupported: {
            headers: {
                "Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["InvalidRequestError"] & {
                    error?: {
                        /** @constant */
                        code?: "http_unsupported";
                    };
                };
            };
        };
        /** @description The idempotency key was used with another body. */
        IdempotencyConflict: {
            headers: {
                "Request-Id": components["headers"]["RequestId"];
                "X-RateLimit-Limit": components["headers"]["RateLimitLimit"];
                "X-RateLimit-Remaining": components["headers"]["RateLimitRemaining"];
                "X-RateLimit-Reset": components["headers"]["RateLimitReset"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["InvalidRequestError"] & {
                    error?: {
                        /** @constant */
                        code?: "idempotency_key_reuse";
                    };
                };
            };
        };
        /** @description An internal error. Safe to try again. */
        InternalError: {
            headers: {
                "Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"] & {
                    error?: {
                        /** @constant */
                        code?: "internal_error";
                        /** @constant */
                        type?: "api_error";
                    };
                };
            };
        };
        /** @description The request is not valid HTTP. */
        MalformedRequest: {
            headers: {
                "Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["InvalidRequestError"] & {
                    error?: {
                        /** @constant */
                        code?: "parameter_invalid";
                    };
                };
            };
        };
        /** @description The path exists, but not with this method. */
        MethodNotAllowed: {
            headers: {
                /** @description The methods that the path takes. */
                Allow: string;
                "Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["InvalidRequestError"] & {
                    error?: {
                        /** @constant */
                        code?: "method_not_allowed";
                    };
                };
            };
        };
        /** @description There is no such path. */
        NoOperation: {
            headers: {
                "Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["InvalidRequestError"] & {
                    error?: {
                        /** @constant */
                        code?: "resource_missing";
                    };
                };
            };
        };
        /** @description Your organization has no such object. */
        NotFound: {
            headers: {
                "Request-Id": components["headers"]["RequestId"];
                "X-RateLimit-Limit": components["headers"]["RateLimitLimit"];
                "X-RateLimit-Remaining": components["headers"]["RateLimitRemaining"];
                "X-RateLimit-Reset": components["headers"]["RateLimitReset"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["InvalidRequestError"] & {
                    error?: {
                        /** @constant */
                        code?: "resource_missing";
                    };
                };
            };
        };
        /**
         * @description The session takes no earlier verification, or none that meets its terms; it is locked to another device; or the
         *     idempotency key was used before.
         */
        NotRedeemable: {
            headers: {
                "Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["InvalidRequestError"] & {
                    error?: {
                        /** @enum {unknown} */
                        code?: "session_not_redeemable" | "session_terminal" | "session_locked_to_other_device" | "handoff_ended" | "handoff_not_confirmed" | "idempotency_key_reuse";
                    };
                };
            };
        };
        /** @description The organization. */
        Organization: {
            headers: {
                "Idempotent-Replayed": components["headers"]["IdempotentReplayed"];
                "Request-Id": components["headers"]["RequestId"];
                "X-RateLimit-Limit": components["headers"]["RateLimitLimit"];
                "X-RateLimit-Remaining": components["headers"]["RateLimitRemaining"];
                "X-RateLimit-Reset": components["headers"]["RateLimitReset"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Organization"];
            };
        };
        /** @description The session's organization has not allowed the page's origin. The token was not used. */
        OriginNotAllowed: {
            headers: {
                "Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["InvalidRequestError"] & {
                    error?: {
                        /** @constant */
                        code?: "origin_not_allowed";
                    };
                };
            };
        };
        /**
         * @description The session has ended, takes no earlier verification or is locked to another device; this installation cannot
         *     send mail; or the idempotency key was used before.
         */
        OTPConflict: {
            headers: {
                "Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["InvalidRequestError"] & {
                    error?: {
                        /** @enum {unknown} */
                        code?: "session_terminal" | "session_not_redeemable" | "otp_unavailable" | "session_locked_to_other_device" | "handoff_ended" | "handoff_not_confirmed" | "idempotency_key_reuse";
                    };
                };
            };
        };
        /** @description A parameter is missing or wrong, or the code is. */
        OTPRefused: {
            headers: {
                "Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["InvalidRequestError"] & {
                    error?: {
                        /** @enum {unknown} */
                        code?: "parameter_invalid" | "email_not_verified" | "otp_invalid" | "otp_expired";
                    };
                };
            };
        };
        /** @description The page. */
        Page: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "text/html": unknown;
            };
        };
        /** @description Billing is suspended, or the sandbox's monthly quota is used up. */
        PaymentRequired: {
            headers: {
                "Request-Id": components["headers"]["RequestId"];
                "X-RateLimit-Limit": components["headers"]["RateLimitLimit"];
                "X-RateLimit-Remaining": components["headers"]["RateLimitRemaining"];
                "X-RateLimit-Reset": components["headers"]["RateLimitReset"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["InvalidRequestError"] & {
                    error?: {
                        /** @enum {unknown} */
                        code?: "billing_suspended" | "test_quota_exceeded";
                    };
                };
            };
        };
        /** @description The text. */
        PlainText: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "text/plain": unknown;
            };
        };
        /** @description The connector. */
        ProviderConnector: {
            headers: {
                "Request-Id": components["headers"]["RequestId"];
                "X-RateLimit-Limit": components["headers"]["RateLimitLimit"];
                "X-RateLimit-Remaining": components["headers"]["RateLimitRemaining"];
                "X-RateLimit-Reset": components["headers"]["RateLimitReset"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["ProviderConnector"];
            };
        };
        /** @description The body did not arrive in time. */
        RequestTimeout: {
            headers: {
                "Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["InvalidRequestError"] & {
                    error?: {
                        /** @constant */
                        code?: "request_timeout";
                    };
                };
            };
        };
        /** @description The body is larger than 1 MiB. */
        RequestTooLarge: {
            headers: {
                "Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["InvalidRequestError"] & {
                    error?: {
                        /** @constant */
                        code?: "request_too_large";
                    };
                };
            };
        };
        /** @description The delivery has not failed, or its endpoint is disabled; or the idempotency key was used with another body. */
        RetryConflict: {
            headers: {
                "Request-Id": components["headers"]["RequestId"];
                "X-RateLimit-Limit": components["headers"]["RateLimitLimit"];
                "X-RateLimit-Remaining": components["headers"]["RateLimitRemaining"];
                "X-RateLimit-Reset": components["headers"]["RateLimitReset"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["InvalidRequestError"] & {
                    error?: {
                        /** @enum {unknown} */
                        code?: "delivery_not_failed" | "endpoint_disabled" | "idempotency_key_reuse";
                    };
                };
            };
        };
        /**
         * @description The session is not in review, its review was decided otherwise or by another reviewer, or it has ended; or the
         *     idempotency key was used with another body.
         */
        ReviewConflict: {
            headers: {
                "Request-Id": components["headers"]["RequestId"];
                "X-RateLimit-Limit": components["headers"]["RateLimitLimit"];
                "X-RateLimit-Remaining": components["headers"]["RateLimitRemaining"];
                "X-RateLimit-Reset": components["headers"]["RateLimitReset"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["InvalidRequestError"] & {
                    error?: {
                        /** @enum {unknown} */
                        code?: "review_not_pending" | "review_decided" | "identity_unproven" | "session_terminal" | "idempotency_key_reuse";
                    };
                };
            };
        };
        /**
         * @description A rotation with an overlap is under way; or the idempotency key was used with another body. Finish the rotation,
         *     wait for its end, or rotate without an overlap.
         */
        RotationConflict: {
            headers: {
                "Request-Id": components["headers"]["RequestId"];
                "X-RateLimit-Limit": components["headers"]["RateLimitLimit"];
                "X-RateLimit-Remaining": components["headers"]["RateLimitRemaining"];
                "X-RateLimit-Reset": components["headers"]["RateLimitReset"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["InvalidRequestError"] & {
                    error?: {
                        /** @enum {unknown} */
                        code?: "rotation_in_progress" | "idempotency_key_reuse";
                    };
                };
            };
        };
        /** @description The service cannot answer now. Try again. */
        ServiceUnavailable: {
            headers: {
                "Request-Id": components["headers"]["RequestId"];
                "Retry-After": components["headers"]["RetryAfterHint"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"] & {
                    error?: {
                        /** @constant */
                        code?: "service_unavailable";
                        /** @constant */
                        type?: "api_error";
                    };
                };
            };
        };
        /** @description A parameter is missing or wrong, or a step is missing before a session can be created. */
        SessionBadRequest: {
            headers: {
                "Request-Id": components["headers"]["RequestId"];
                "X-RateLimit-Limit": components["headers"]["RateLimitLimit"];
                "X-RateLimit-Remaining": components["headers"]["RateLimitRemaining"];
                "X-RateLimit-Reset": components["headers"]["RateLimitReset"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["InvalidRequestError"] & {
                    error?: {
                        /** @enum {unknown} */
                        code?: "parameter_invalid" | "captcha_required" | "captcha_invalid" | "webhook_required" | "email_not_verified" | "otp_not_proven" | "no_matching_vp" | "vp_token_invalid";
                    };
                };
            };
        };
        /** @description A publishable key cannot create a session, or not with these parameters. */
        SessionForbidden: {
            headers: {
                "Request-Id": components["headers"]["RequestId"];
                "X-RateLimit-Limit": components["headers"]["RateLimitLimit"];
                "X-RateLimit-Remaining": components["headers"]["RateLimitRemaining"];
                "X-RateLimit-Reset": components["headers"]["RateLimitReset"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"] & {
                    error?: {
                        /** @enum {unknown} */
                        code?: "publishable_key_scope" | "publishable_session_create_blocked";
                    };
                };
            };
        };
        /** @description Your organization has no such session. */
        SessionNotFound: {
            headers: {
                "Request-Id": components["headers"]["RequestId"];
                "X-RateLimit-Limit": components["headers"]["RateLimitLimit"];
                "X-RateLimit-Remaining": components["headers"]["RateLimitRemaining"];
                "X-RateLimit-Reset": components["headers"]["RateLimitReset"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["SessionNotFoundError"];
            };
        };
        /** @description The key's rate limit, or the number of attempts to reuse a verification, is used up. */
        SessionTooManyRequests: {
            headers: {
                "Request-Id": components["headers"]["RequestId"];
                "Retry-After": components["headers"]["RetryAfter"];
                "X-RateLimit-Limit": components["headers"]["RateLimitLimit"];
                "X-RateLimit-Remaining": components["headers"]["RateLimitRemaining"];
                "X-RateLimit-Reset": components["headers"]["RateLimitReset"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"] & {
                    error?: {
                        /** @enum {unknown} */
                        code?: "rate_limit_exceeded" | "accept_existing_rate_limited";
                        /** @constant */
                        type?: "rate_limit_error";
                    };
                };
            };
        };
        /** @description The jurisdiction is unknown, or does not permit this use case with these methods. */
        SessionUnprocessable: {
            headers: {
                "Request-Id": components["headers"]["RequestId"];
                "X-RateLimit-Limit": components["headers"]["RateLimitLimit"];
                "X-RateLimit-Remaining": components["headers"]["RateLimitRemaining"];
                "X-RateLimit-Reset": components["headers"]["RateLimitReset"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["UnprocessableError"];
            };
        };
        /**
         * @description The session has no verification that can be shared; it is locked to another device; or the idempotency key was used
         *     before.
         */
        SharingConflict: {
            headers: {
                "Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["InvalidRequestError"] & {
                    error?: {
                        /** @enum {unknown} */
                        code?: "trust_reuse_unavailable" | "handoff_ended" | "idempotency_key_reuse";
                    };
                };
            };
        };
        /** @description The signature is missing, malformed, too old, or of another body or secret. */
        SignatureInvalid: {
            headers: {
                "Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"] & {
                    error?: {
                        /** @constant */
                        code?: "signature_invalid";
                        /** @constant */
                        type?: "authentication_error";
                    };
                };
            };
        };
        /** @description The session cannot take this submission in its current state. */
        SubmissionConflict: {
            headers: {
                "Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["InvalidRequestError"] & {
                    error?: {
                        /** @enum {unknown} */
                        code?: "session_terminal" | "submission_in_progress" | "method_not_offered" | "consent_required" | "challenge_invalid" | "upload_limit_reached" | "session_locked_to_other_device" | "handoff_ended" | "handoff_not_confirmed" | "idempotency_key_reuse";
                    };
                };
            };
        };
        /** @description There is no such session, or no such method. */
        SubmissionNotFound: {
            headers: {
                "Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["InvalidRequestError"] & {
                    error?: {
                        /** @enum {unknown} */
                        code?: "session_not_found" | "resource_missing";
                    };
                };
            };
        };
        /** @description A parameter is missing or wrong, or the code that was mailed with the challenge is. */
        SubmissionRefused: {
            headers: {
                "Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["InvalidRequestError"] & {
                    error?: {
                        /** @enum {unknown} */
                        code?: "parameter_invalid" | "otp_invalid" | "otp_expired";
                    };
                };
            };
        };
        /** @description The key's rate limit is used up. */
        TooManyRequests: {
            headers: {
                "Request-Id": components["headers"]["RequestId"];
                "Retry-After": components["headers"]["RetryAfter"];
                "X-RateLimit-Limit": components["headers"]["RateLimitLimit"];
                "X-RateLimit-Remaining": components["headers"]["RateLimitRemaining"];
                "X-RateLimit-Reset": components["headers"]["RateLimitReset"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["RateLimitError"];
            };
        };
        /** @description The grant. */
        TrustGrant: {
            headers: {
                "Idempotent-Replayed": components["headers"]["IdempotentReplayed"];
                "Request-Id": components["headers"]["RequestId"];
                "X-RateLimit-Limit": components["headers"]["RateLimitLimit"];
                "X-RateLimit-Remaining": components["headers"]["RateLimitRemaining"];
                "X-RateLimit-Reset": components["headers"]["RateLimitReset"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["TrustGrant"];
            };
        };
        /** @description The link. */
        TrustLink: {
            headers: {
                "Idempotent-Replayed": components["headers"]["IdempotentReplayed"];
                "Request-Id": components["headers"]["RequestId"];
                "X-RateLimit-Limit": components["headers"]["RateLimitLimit"];
                "X-RateLimit-Remaining": components["headers"]["RateLimitRemaining"];
                "X-RateLimit-Reset": components["headers"]["RateLimitReset"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["TrustLink"];
            };
        };
        /** @description The policy. */
        TrustPolicy: {
            headers: {
                "Idempotent-Replayed": components["headers"]["IdempotentReplayed"];
                "Request-Id": components["headers"]["RequestId"];
                "X-RateLimit-Limit": components["headers"]["RateLimitLimit"];
                "X-RateLimit-Remaining": components["headers"]["RateLimitRemaining"];
                "X-RateLimit-Reset": components["headers"]["RateLimitReset"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["TrustPolicy"];
            };
        };
        /** @description The service cannot send mails, or the idempotency key was used with another body. */
        TrustPolicyConflict: {
            headers: {
                "Request-Id": components["headers"]["RequestId"];
                "X-RateLimit-Limit": components["headers"]["RateLimitLimit"];
                "X-RateLimit-Remaining": components["headers"]["RateLimitRemaining"];
                "X-RateLimit-Reset": components["headers"]["RateLimitReset"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["InvalidRequestError"] & {
                    error?: {
                        /** @enum {unknown} */
                        code?: "trust_reuse_unavailable" | "idempotency_key_reuse";
                    };
                };
            };
        };
        /** @description The key or client secret is missing, malformed, revoked or expired. */
        Unauthorized: {
            headers: {
                "Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"] & {
                    error?: {
                        /** @constant */
                        code?: "api_key_invalid";
                        /** @constant */
                        type?: "authentication_error";
                    };
                };
            };
        };
        /** @description The request asks for the live channel, and its handshake is broken. */
        UpgradeRequired: {
            headers: {
                "Request-Id": components["headers"]["RequestId"];
                /** @description The protocol to upgrade to. */
                Upgrade: "websocket";
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["InvalidRequestError"] & {
                    error?: {
                        /** @constant */
                        code?: "upgrade_required";
                    };
                };
            };
        };
        /** @description The piece begins elsewhere than the upload ends, or the session takes no piece in its current state. */
        UploadConflict: {
            headers: {
                "Request-Id": components["headers"]["RequestId"];
                "Upload-Complete": components["headers"]["UploadComplete"];
                "Upload-Limit": components["headers"]["UploadLimit"];
                "Upload-Offset": components["headers"]["UploadOffset"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["InvalidRequestError"] & {
                    error?: {
                        /** @enum {unknown} */
                        code?: "upload_offset_mismatch" | "session_terminal" | "method_not_offered" | "session_locked_to_other_device" | "handoff_ended" | "handoff_not_confirmed";
                    };
                };
            };
        };
        /** @description There is no such session, or no such upload. It may have expired. */
        UploadNotFound: {
            headers: {
                "Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["InvalidRequestError"] & {
                    error?: {
                        /** @enum {unknown} */
                        code?: "session_not_found" | "resource_missing";
                    };
                };
            };
        };
        /** @description The session's view. */
        VerificationView: {
            headers: {
                "Idempotent-Replayed": components["headers"]["IdempotentReplayed"];
                "Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["VerificationView"];
            };
        };
        /** @description A parameter is missing or wrong, or the token is invalid. */
        VPTokenRefused: {
            headers: {
                "Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["InvalidRequestError"] & {
                    error?: {
                        /** @enum {unknown} */
                        code?: "parameter_invalid" | "vp_token_invalid" | "email_not_verified" | "otp_not_proven";
                    };
                };
            };
        };
        /** @description The endpoint. */
        WebhookEndpoint: {
            headers: {
                "Request-Id": components["headers"]["RequestId"];
                "X-RateLimit-Limit": components["headers"]["RateLimitLimit"];
                "X-RateLimit-Remaining": components["headers"]["RateLimitRemaining"];
                "X-RateLimit-Reset": components["headers"]["RateLimitReset"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["WebhookEndpoint"];
            };
        };
        /** @description The workflow. */
        Workflow: {
            headers: {
                "Request-Id": components["headers"]["RequestId"];
                "X-RateLimit-Limit": components["headers"]["RateLimitLimit"];
                "X-RateLimit-Remaining": components["headers"]["RateLimitRemaining"];
                "X-RateLimit-Reset": components["headers"]["RateLimitReset"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Workflow"];
            };
        };
    };
    parameters: {
        /** @description Only objects created in a later second than this one. Not together with `created[gte]`. */
        CreatedGT: number;
        /** @description Only objects created at this time or later, in Unix seconds. */
        CreatedGTE: number;
        /** @description Only objects created in an earlier second than this one. Not together with `created[lte]`. */
        CreatedLT: number;
        /** @description Only objects created at this time or earlier, in Unix seconds. */
        CreatedLTE: number;
        /**
         * @description Return the objects before the one with this id, which may have been deleted. Not together with
         *     `starting_after`.
         */
        EndingBefore: string;
        /** @description Pass `results` to include the verdicts on the attempts, in any spelling of a list. */
        ExpandResults: "results"[];
        /**
         * @description Your name for this operation, so that repeating the request does not repeat its effect. An answer of more than
         *     1 MiB, such as that of a large simulation, is not stored; its repeat is computed anew.
         */
        IdempotencyKey: string;
        /**
         * @description How many to return. A list ends at 4 MiB, with fewer and with `has_more: true`, but has at least one object if
         *     there is one.
         */
        Limit: number;
        /** @description The session's id, `vks_…`. */
        SessionID: string;
        /** @description Return the objects after the one with this id, which may have been deleted. Not together with `ending_before`. */
        StartingAfter: string;
        /** @description Whether the upload ends with the body; `?1` by default for `POST`, `?0` for `PATCH`. */
        UploadComplete: "?0" | "?1";
        /** @description The workflow's id, `wf_…`. */
        WorkflowID: string;
    };
    requestBodies: never;
    headers: {
        /** @description Changes whenever the answer does; with the client secret, whenever the session does. */
        ETag: string;
        /** @description Present if this is the answer to an earlier request with the same key. */
        IdempotentReplayed: "true";
        /** @description Requests that the key may make per minute. */
        RateLimitLimit: number;
        /** @description Requests left. */
        RateLimitRemaining: number;
        /** @description When the window resets, in Unix seconds. */
        RateLimitReset: number;
        /** @description Names this request; an error repeats it as `request_id`. */
        RequestId: string;
        /** @description Seconds to wait before trying again. */
        RetryAfter: number;
        /** @description Seconds to wait before trying again, if known. */
        RetryAfterHint: number;
        /** @description Present if the request used a deprecated feature, which it names. */
        StileDeprecation: "publishable-key-session-create";
        /** @description Whether the whole file has arrived. */
        UploadComplete: "?0" | "?1";
        /**
         * @description Of an incomplete upload: the size of the whole file and of a piece that is not the last, in bytes, and the
         *     seconds until the upload expires, such as `max-size=8388608, min-append-size=16384, max-age=3600`.
         */
        UploadLimit: string;
        /** @description The bytes that have arrived; the next piece begins there. */
        UploadOffset: number;
    };
    pathItems: never;
};
export type $defs = Record<string, never>;
export interface operations {
    getPublicKeys: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The keys, newest first. */
            200: {
                headers: {
                    "X-RateLimit-Limit": components["headers"]["RateLimitLimit"];
                    "X-RateLimit-Remaining": components["headers"]["RateLimitRemaining"];
                    "X-RateLimit-Reset": components["headers"]["RateLimitReset"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        keys: {
                            /** @constant */
                            alg: "EdDSA";
                            /** @constant */
                            crv: "Ed25519";
                            kid: string;
                            /** @constant */
                            kty: "OKP";
                            /** @constant */
                            use: "sig";
                            x: string;
                        }[];
                    };
                };
            };
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    getDocumentation: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: components["responses"]["Page"];
        };
    };
    getDocumentationSource: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The page. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/markdown": unknown;
                };
            };
        };
    };
    getHealth: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: components["responses"]["Healthy"];
        };
    };
    getDocumentationText: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: components["responses"]["PlainText"];
        };
    };
    getDocumentationIndex: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: components["responses"]["PlainText"];
        };
    };
    getMetrics: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The metrics. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
        };
    };
    getSpecification: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The OpenAPI document. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/yaml": unknown;
                };
            };
        };
    };
    getReadiness: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Ready, with a line for each method that a package serves, and one for mail. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Readiness"];
                };
            };
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    checkCompliance: {
        parameters: {
            query: {
                /** @description The day of the rules, such as `2026-11-20`. Default: today. */
                as_of?: string;
                /** @description The customer's address, for detecting the jurisdiction. It is not stored. */
                client_ip?: string;
                /** @description Whether to add to each value the file and entry of the rules that it comes from. */
                explain?: "true" | "false";
                /** @description The customer's place, an ISO 3166 country or subdivision. Default: detected from the request. */
                jurisdiction?: string;
                /**
                 * @description Product types, comma-separated or as repeated parameters.
                 * @example alcohol_delivery,tobacco_nicotine
                 */
                use_cases: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The legal requirements. */
            200: {
                headers: {
                    "Request-Id": components["headers"]["RequestId"];
                    "X-RateLimit-Limit": components["headers"]["RateLimitLimit"];
                    "X-RateLimit-Remaining": components["headers"]["RateLimitRemaining"];
                    "X-RateLimit-Reset": components["headers"]["RateLimitReset"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ComplianceCheck"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            422: components["responses"]["SessionUnprocessable"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    listEvents: {
        parameters: {
            query?: {
                /** @description Only objects created in a later second than this one. Not together with `created[gte]`. */
                "created[gt]"?: components["parameters"]["CreatedGT"];
                /** @description Only objects created at this time or later, in Unix seconds. */
                "created[gte]"?: components["parameters"]["CreatedGTE"];
                /** @description Only objects created in an earlier second than this one. Not together with `created[lte]`. */
                "created[lt]"?: components["parameters"]["CreatedLT"];
                /** @description Only objects created at this time or earlier, in Unix seconds. */
                "created[lte]"?: components["parameters"]["CreatedLTE"];
                /**
                 * @description Return the objects before the one with this id, which may have been deleted. Not together with
                 *     `starting_after`.
                 */
                ending_before?: components["parameters"]["EndingBefore"];
                /**
                 * @description How many to return. A list ends at 4 MiB, with fewer and with `has_more: true`, but has at least one object if
                 *     there is one.
                 */
                limit?: components["parameters"]["Limit"];
                /** @description Only events of the session with this id. */
                session?: string;
                /** @description Return the objects after the one with this id, which may have been deleted. Not together with `ending_before`. */
                starting_after?: components["parameters"]["StartingAfter"];
                /** @description Only events of this type. */
                type?: components["schemas"]["FiredEventType"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of events. */
            200: {
                headers: {
                    "Request-Id": components["headers"]["RequestId"];
                    "X-RateLimit-Limit": components["headers"]["RateLimitLimit"];
                    "X-RateLimit-Remaining": components["headers"]["RateLimitRemaining"];
                    "X-RateLimit-Reset": components["headers"]["RateLimitReset"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EventList"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    getEvent: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The event's id, `evt_…`. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The event. */
            200: {
                headers: {
                    "Request-Id": components["headers"]["RequestId"];
                    "X-RateLimit-Limit": components["headers"]["RateLimitLimit"];
                    "X-RateLimit-Remaining": components["headers"]["RateLimitRemaining"];
                    "X-RateLimit-Reset": components["headers"]["RateLimitReset"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Event"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    replayEvent: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description Your name for this operation, so that repeating the request does not repeat its effect. An answer of more than
                 *     1 MiB, such as that of a large simulation, is not stored; its repeat is computed anew.
                 */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path: {
                /** @description The event's id, `evt_…`. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": Record<string, never>;
            };
        };
        responses: {
            /** @description The event, with its pending deliveries. */
            200: {
                headers: {
                    "Idempotent-Replayed": components["headers"]["IdempotentReplayed"];
                    "Request-Id": components["headers"]["RequestId"];
                    "X-RateLimit-Limit": components["headers"]["RateLimitLimit"];
                    "X-RateLimit-Remaining": components["headers"]["RateLimitRemaining"];
                    "X-RateLimit-Reset": components["headers"]["RateLimitReset"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Event"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            408: components["responses"]["RequestTimeout"];
            409: components["responses"]["IdempotencyConflict"];
            413: components["responses"]["RequestTooLarge"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    showGuardianRequest: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description Your name for this operation, so that repeating the request does not repeat its effect. An answer of more than
                 *     1 MiB, such as that of a large simulation, is not stored; its repeat is computed anew.
                 */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["GuardianToken"];
            };
        };
        responses: {
            200: components["responses"]["GuardianRequest"];
            400: components["responses"]["ClientBadRequest"];
            401: components["responses"]["Unauthorized"];
            408: components["responses"]["RequestTimeout"];
            409: components["responses"]["IdempotencyConflict"];
            413: components["responses"]["RequestTooLarge"];
            429: components["responses"]["ClientTooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    decideGuardian: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description Your name for this operation, so that repeating the request does not repeat its effect. An answer of more than
                 *     1 MiB, such as that of a large simulation, is not stored; its repeat is computed anew.
                 */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["GuardianDecision"];
            };
        };
        responses: {
            200: components["responses"]["GuardianRequest"];
            400: components["responses"]["ClientBadRequest"];
            401: components["responses"]["Unauthorized"];
            408: components["responses"]["RequestTimeout"];
            409: components["responses"]["GuardianConflict"];
            413: components["responses"]["RequestTooLarge"];
            429: components["responses"]["ClientTooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    proveGuardian: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description Your name for this operation, so that repeating the request does not repeat its effect. An answer of more than
                 *     1 MiB, such as that of a large simulation, is not stored; its repeat is computed anew.
                 */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["GuardianToken"];
            };
        };
        responses: {
            200: components["responses"]["GuardianRequest"];
            400: components["responses"]["ClientBadRequest"];
            401: components["responses"]["Unauthorized"];
            408: components["responses"]["RequestTimeout"];
            409: components["responses"]["GuardianConflict"];
            413: components["responses"]["RequestTooLarge"];
            429: components["responses"]["ClientTooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    withdrawGuardian: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description Your name for this operation, so that repeating the request does not repeat its effect. An answer of more than
                 *     1 MiB, such as that of a large simulation, is not stored; its repeat is computed anew.
                 */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["GuardianToken"];
            };
        };
        responses: {
            200: components["responses"]["GuardianRequest"];
            400: components["responses"]["ClientBadRequest"];
            401: components["responses"]["Unauthorized"];
            408: components["responses"]["RequestTimeout"];
            409: components["responses"]["GuardianConflict"];
            413: components["responses"]["RequestTooLarge"];
            429: components["responses"]["ClientTooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    exchangeHandoff: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description Your name for this operation, so that repeating the request does not repeat its effect. An answer of more than
                 *     1 MiB, such as that of a large simulation, is not stored; its repeat is computed anew.
                 */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description Any name of the device, the same each time. Only a keyed digest is stored. */
                    device_id: string;
                    token: string;
                };
            };
        };
        responses: {
            /** @description The device holds the session. */
            200: {
                headers: {
                    "Idempotent-Replayed": components["headers"]["IdempotentReplayed"];
                    "Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeviceToken"];
                };
            };
            400: components["responses"]["ClientBadRequest"];
            401: components["responses"]["HandoffTokenInvalid"];
            403: components["responses"]["OriginNotAllowed"];
            408: components["responses"]["RequestTimeout"];
            409: components["responses"]["HandoffTokenRefused"];
            410: components["responses"]["HandoffTokenExpired"];
            413: components["responses"]["RequestTooLarge"];
            429: components["responses"]["ClientTooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    getReplyByState: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                method: components["schemas"]["Method"];
                /** @description One of the method's own routes, as its page in docs/methods lists them. */
                route: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The method's answer. */
            200: {
                headers: {
                    "Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "*/*": unknown;
                };
            };
            /** @description A redirect of the browser. */
            303: {
                headers: {
                    Location: string;
                    "Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["ClientBadRequest"];
            401: components["responses"]["Unauthorized"];
            404: components["responses"]["ChallengeNotFound"];
            408: components["responses"]["RequestTimeout"];
            409: components["responses"]["SubmissionConflict"];
            413: components["responses"]["RequestTooLarge"];
            429: components["responses"]["ClientTooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    postReplyByState: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description Your name for this operation, so that repeating the request does not repeat its effect. An answer of more than
                 *     1 MiB, such as that of a large simulation, is not stored; its repeat is computed anew.
                 */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path: {
                method: components["schemas"]["Method"];
                /** @description One of the method's own routes, as its page in docs/methods lists them. */
                route: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "*/*": unknown;
            };
        };
        responses: {
            /** @description The method's answer. */
            200: {
                headers: {
                    "Idempotent-Replayed": components["headers"]["IdempotentReplayed"];
                    "Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "*/*": unknown;
                };
            };
            /** @description A redirect of the browser. */
            303: {
                headers: {
                    Location: string;
                    "Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["ClientBadRequest"];
            401: components["responses"]["Unauthorized"];
            404: components["responses"]["ChallengeNotFound"];
            408: components["responses"]["RequestTimeout"];
            409: components["responses"]["SubmissionConflict"];
            413: components["responses"]["RequestTooLarge"];
            429: components["responses"]["ClientTooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    getReply: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The challenge's id, `mch_…`. */
                challenge: string;
                method: components["schemas"]["Method"];
                /** @description One of the method's own routes, as its page in docs/methods lists them. */
                route: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The method's answer. */
            200: {
                headers: {
                    "Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "*/*": unknown;
                };
            };
            /** @description A redirect of the browser. */
            303: {
                headers: {
                    Location: string;
                    "Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["ClientBadRequest"];
            401: components["responses"]["Unauthorized"];
            404: components["responses"]["ChallengeNotFound"];
            408: components["responses"]["RequestTimeout"];
            409: components["responses"]["SubmissionConflict"];
            413: components["responses"]["RequestTooLarge"];
            429: components["responses"]["ClientTooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    postReply: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description Your name for this operation, so that repeating the request does not repeat its effect. An answer of more than
                 *     1 MiB, such as that of a large simulation, is not stored; its repeat is computed anew.
                 */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path: {
                /** @description The challenge's id, `mch_…`. */
                challenge: string;
                method: components["schemas"]["Method"];
                /** @description One of the method's own routes, as its page in docs/methods lists them. */
                route: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "*/*": unknown;
            };
        };
        responses: {
            /** @description The method's answer. */
            200: {
                headers: {
                    "Idempotent-Replayed": components["headers"]["IdempotentReplayed"];
                    "Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "*/*": unknown;
                };
            };
            /** @description A redirect of the browser. */
            303: {
                headers: {
                    Location: string;
                    "Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["ClientBadRequest"];
            401: components["responses"]["Unauthorized"];
            404: components["responses"]["ChallengeNotFound"];
            408: components["responses"]["RequestTimeout"];
            409: components["responses"]["SubmissionConflict"];
            413: components["responses"]["RequestTooLarge"];
            429: components["responses"]["ClientTooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    getOrganization: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: components["responses"]["Organization"];
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    putOrganization: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["OrganizationUpdate"];
            };
        };
        responses: {
            200: components["responses"]["Organization"];
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            408: components["responses"]["RequestTimeout"];
            413: components["responses"]["RequestTooLarge"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    updateOrganization: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description Your name for this operation, so that repeating the request does not repeat its effect. An answer of more than
                 *     1 MiB, such as that of a large simulation, is not stored; its repeat is computed anew.
                 */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["OrganizationUpdate"];
            };
        };
        responses: {
            200: components["responses"]["Organization"];
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            408: components["responses"]["RequestTimeout"];
            409: components["responses"]["IdempotencyConflict"];
            413: components["responses"]["RequestTooLarge"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    patchOrganization: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["OrganizationUpdate"];
            };
        };
        responses: {
            200: components["responses"]["Organization"];
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            408: components["responses"]["RequestTimeout"];
            413: components["responses"]["RequestTooLarge"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    getEmbedOrigins: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: components["responses"]["EmbedOrigins"];
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    changeEmbedOrigins: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description Your name for this operation, so that repeating the request does not repeat its effect. An answer of more than
                 *     1 MiB, such as that of a large simulation, is not stored; its repeat is computed anew.
                 */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["EmbedOriginsChange"];
            };
        };
        responses: {
            200: components["responses"]["EmbedOrigins"];
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            408: components["responses"]["RequestTimeout"];
            409: components["responses"]["IdempotencyConflict"];
            413: components["responses"]["RequestTooLarge"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    giveVerdict: {
        parameters: {
            query?: never;
            header: {
                /**
                 * @description Your name for this operation, so that repeating the request does not repeat its effect. An answer of more than
                 *     1 MiB, such as that of a large simulation, is not stored; its repeat is computed anew.
                 */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
                /**
                 * @description `t={Unix seconds},v1={hex}`, HMAC-SHA256 over `{t}.{body}`, keyed with the connector's secret. The time may
                 *     differ by five minutes from now.
                 */
                "Stile-Signature": string;
            };
            path: {
                /** @description The submission's id, `vr_…`, from the request to the provider. */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ProviderVerdict"];
            };
        };
        responses: {
            /** @description The verdict counts. */
            200: {
                headers: {
                    "Idempotent-Replayed": components["headers"]["IdempotentReplayed"];
                    "Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ProviderCallback"];
                };
            };
            400: components["responses"]["ClientBadRequest"];
            401: components["responses"]["SignatureInvalid"];
            404: components["responses"]["CallbackNotFound"];
            408: components["responses"]["RequestTimeout"];
            409: components["responses"]["CallbackConflict"];
            413: components["responses"]["RequestTooLarge"];
            429: components["responses"]["ClientTooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    listProviderConnectors: {
        parameters: {
            query?: {
                /**
                 * @description Return the objects before the one with this id, which may have been deleted. Not together with
                 *     `starting_after`.
                 */
                ending_before?: components["parameters"]["EndingBefore"];
                /**
                 * @description How many to return. A list ends at 4 MiB, with fewer and with `has_more: true`, but has at least one object if
                 *     there is one.
                 */
                limit?: components["parameters"]["Limit"];
                /** @description Return the objects after the one with this id, which may have been deleted. Not together with `ending_before`. */
                starting_after?: components["parameters"]["StartingAfter"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of connectors. */
            200: {
                headers: {
                    "Request-Id": components["headers"]["RequestId"];
                    "X-RateLimit-Limit": components["headers"]["RateLimitLimit"];
                    "X-RateLimit-Remaining": components["headers"]["RateLimitRemaining"];
                    "X-RateLimit-Reset": components["headers"]["RateLimitReset"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ProviderConnectorList"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    createProviderConnector: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description Your name for this operation, so that repeating the request does not repeat its effect. An answer of more than
                 *     1 MiB, such as that of a large simulation, is not stored; its repeat is computed anew.
                 */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ProviderConnectorCreate"];
            };
        };
        responses: {
            /** @description The connector, with its secret. */
            201: {
                headers: {
                    "Idempotent-Replayed": components["headers"]["IdempotentReplayed"];
                    "Request-Id": components["headers"]["RequestId"];
                    "X-RateLimit-Limit": components["headers"]["RateLimitLimit"];
                    "X-RateLimit-Remaining": components["headers"]["RateLimitRemaining"];
                    "X-RateLimit-Reset": components["headers"]["RateLimitReset"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CreatedProviderConnector"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            408: components["responses"]["RequestTimeout"];
            409: components["responses"]["IdempotencyConflict"];
            413: components["responses"]["RequestTooLarge"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    getProviderConnector: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The connector's id, `pc_…`. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: components["responses"]["ProviderConnector"];
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    putProviderConnector: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The connector's id, `pc_…`. */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ProviderConnectorUpdate"];
            };
        };
        responses: {
            200: components["responses"]["ProviderConnector"];
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            408: components["responses"]["RequestTimeout"];
            413: components["responses"]["RequestTooLarge"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    updateProviderConnector: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description Your name for this operation, so that repeating the request does not repeat its effect. An answer of more than
                 *     1 MiB, such as that of a large simulation, is not stored; its repeat is computed anew.
                 */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path: {
                /** @description The connector's id, `pc_…`. */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ProviderConnectorUpdate"];
            };
        };
        responses: {
            /** @description The connector. */
            200: {
                headers: {
                    "Idempotent-Replayed": components["headers"]["IdempotentReplayed"];
                    "Request-Id": components["headers"]["RequestId"];
                    "X-RateLimit-Limit": components["headers"]["RateLimitLimit"];
                    "X-RateLimit-Remaining": components["headers"]["RateLimitRemaining"];
                    "X-RateLimit-Reset": components["headers"]["RateLimitReset"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ProviderConnector"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            408: components["responses"]["RequestTimeout"];
            409: components["responses"]["IdempotencyConflict"];
            413: components["responses"]["RequestTooLarge"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    deleteProviderConnector: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The connector's id, `pc_…`. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The connector is deleted. */
            200: {
                headers: {
                    "Request-Id": components["headers"]["RequestId"];
                    "X-RateLimit-Limit": components["headers"]["RateLimitLimit"];
                    "X-RateLimit-Remaining": components["headers"]["RateLimitRemaining"];
                    "X-RateLimit-Reset": components["headers"]["RateLimitReset"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeletedProviderConnector"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    patchProviderConnector: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The connector's id, `pc_…`. */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ProviderConnectorUpdate"];
            };
        };
        responses: {
            200: components["responses"]["ProviderConnector"];
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            408: components["responses"]["RequestTimeout"];
            413: components["responses"]["RequestTooLarge"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    rotateProviderConnectorSecret: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description Your name for this operation, so that repeating the request does not repeat its effect. An answer of more than
                 *     1 MiB, such as that of a large simulation, is not stored; its repeat is computed anew.
                 */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path: {
                /** @description The connector's id, `pc_…`. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": Record<string, never>;
            };
        };
        responses: {
            /** @description The connector, with its new secret. */
            200: {
                headers: {
                    "Idempotent-Replayed": components["headers"]["IdempotentReplayed"];
                    "Request-Id": components["headers"]["RequestId"];
                    "X-RateLimit-Limit": components["headers"]["RateLimitLimit"];
                    "X-RateLimit-Remaining": components["headers"]["RateLimitRemaining"];
                    "X-RateLimit-Reset": components["headers"]["RateLimitReset"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CreatedProviderConnector"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            408: components["responses"]["RequestTimeout"];
            409: components["responses"]["IdempotencyConflict"];
            413: components["responses"]["RequestTooLarge"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    listReviews: {
        parameters: {
            query?: {
                /**
                 * @description Return the objects before the one with this id, which may have been deleted. Not together with
                 *     `starting_after`.
                 */
                ending_before?: components["parameters"]["EndingBefore"];
                /** @description Only reviews flagged in a later second than this one. Not together with `flagged[gte]`. */
                "flagged[gt]"?: number;
                /** @description Only reviews flagged at this time or later, in Unix seconds. */
                "flagged[gte]"?: number;
                /** @description Only reviews flagged in an earlier second than this one. Not together with `flagged[lte]`. */
                "flagged[lt]"?: number;
                /** @description Only reviews flagged at this time or earlier, in Unix seconds. */
                "flagged[lte]"?: number;
                /** @description Only reviews of sessions in exactly this jurisdiction, an ISO 3166 country or subdivision. */
                jurisdiction?: string;
                /**
                 * @description How many to return. A list ends at 4 MiB, with fewer and with `has_more: true`, but has at least one object if
                 *     there is one.
                 */
                limit?: components["parameters"]["Limit"];
                /** @description Only reviews that this reviewer was the last to decide or escalate. */
                reviewer?: string;
                /** @description Return the objects after the one with this id, which may have been deleted. Not together with `ending_before`. */
                starting_after?: components["parameters"]["StartingAfter"];
                /** @description Only reviews with this status. Default: the waiting ones, pending or escalated. */
                status?: components["schemas"]["ReviewStatus"];
                /** @description Only reviews of this workflow. */
                workflow_id?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of reviews, the last flagged first. A session that is flagged again moves to the front. */
            200: {
                headers: {
                    "Request-Id": components["headers"]["RequestId"];
                    "X-RateLimit-Limit": components["headers"]["RateLimitLimit"];
                    "X-RateLimit-Remaining": components["headers"]["RateLimitRemaining"];
                    "X-RateLimit-Reset": components["headers"]["RateLimitReset"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReviewList"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    getRiskAssessment: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The assessment's id, `risk_assessment_…`. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The assessment. */
            200: {
                headers: {
                    "Request-Id": components["headers"]["RequestId"];
                    "X-RateLimit-Limit": components["headers"]["RateLimitLimit"];
                    "X-RateLimit-Remaining": components["headers"]["RateLimitRemaining"];
                    "X-RateLimit-Reset": components["headers"]["RateLimitReset"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RiskAssessment"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    scoreRisk: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description Your name for this operation, so that repeating the request does not repeat its effect. An answer of more than
                 *     1 MiB, such as that of a large simulation, is not stored; its repeat is computed anew.
                 */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RiskScore"];
            };
        };
        responses: {
            /** @description The assessment. */
            200: {
                headers: {
                    "Idempotent-Replayed": components["headers"]["IdempotentReplayed"];
                    "Request-Id": components["headers"]["RequestId"];
                    "X-RateLimit-Limit": components["headers"]["RateLimitLimit"];
                    "X-RateLimit-Remaining": components["headers"]["RateLimitRemaining"];
                    "X-RateLimit-Reset": components["headers"]["RateLimitReset"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RiskAssessment"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            408: components["responses"]["RequestTimeout"];
            409: components["responses"]["IdempotencyConflict"];
            413: components["responses"]["RequestTooLarge"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    getLauncher: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The script. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/javascript": unknown;
                };
            };
            /** @description The client has this script. */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    listTrustGrants: {
        parameters: {
            query?: {
                /** @description Only objects created in a later second than this one. Not together with `created[gte]`. */
                "created[gt]"?: components["parameters"]["CreatedGT"];
                /** @description Only objects created at this time or later, in Unix seconds. */
                "created[gte]"?: components["parameters"]["CreatedGTE"];
                /** @description Only objects created in an earlier second than this one. Not together with `created[lte]`. */
                "created[lt]"?: components["parameters"]["CreatedLT"];
                /** @description Only objects created at this time or earlier, in Unix seconds. */
                "created[lte]"?: components["parameters"]["CreatedLTE"];
                /**
                 * @description Return the objects before the one with this id, which may have been deleted. Not together with
                 *     `starting_after`.
                 */
                ending_before?: components["parameters"]["EndingBefore"];
                /**
                 * @description How many to return. A list ends at 4 MiB, with fewer and with `has_more: true`, but has at least one object if
                 *     there is one.
                 */
                limit?: components["parameters"]["Limit"];
                /** @description Only the grant that was made for this session. */
                session_id?: string;
                /** @description Return the objects after the one with this id, which may have been deleted. Not together with `ending_before`. */
                starting_after?: components["parameters"]["StartingAfter"];
                /** @description Only grants that are not revoked (`active`, also after `expires_at`), or only `revoked` ones. */
                status?: "active" | "revoked";
                /** @description Only grants of this person. */
                verified_person_id?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of grants. */
            200: {
                headers: {
                    "Request-Id": components["headers"]["RequestId"];
                    "X-RateLimit-Limit": components["headers"]["RateLimitLimit"];
                    "X-RateLimit-Remaining": components["headers"]["RateLimitRemaining"];
                    "X-RateLimit-Reset": components["headers"]["RateLimitReset"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TrustGrantList"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    getTrustGrant: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The grant's id, `trg_…`. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: components["responses"]["TrustGrant"];
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    revokeTrustGrant: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description Your name for this operation, so that repeating the request does not repeat its effect. An answer of more than
                 *     1 MiB, such as that of a large simulation, is not stored; its repeat is computed anew.
                 */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path: {
                /** @description The grant's id, `trg_…`. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": Record<string, never>;
            };
        };
        responses: {
            200: components["responses"]["TrustGrant"];
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            408: components["responses"]["RequestTimeout"];
            409: components["responses"]["IdempotencyConflict"];
            413: components["responses"]["RequestTooLarge"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    showTrustLink: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description Your name for this operation, so that repeating the request does not repeat its effect. An answer of more than
                 *     1 MiB, such as that of a large simulation, is not stored; its repeat is computed anew.
                 */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TrustLinkToken"];
            };
        };
        responses: {
            200: components["responses"]["TrustLink"];
            400: components["responses"]["ClientBadRequest"];
            401: components["responses"]["Unauthorized"];
            408: components["responses"]["RequestTimeout"];
            409: components["responses"]["IdempotencyConflict"];
            413: components["responses"]["RequestTooLarge"];
            429: components["responses"]["ClientTooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    followTrustLink: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description Your name for this operation, so that repeating the request does not repeat its effect. An answer of more than
                 *     1 MiB, such as that of a large simulation, is not stored; its repeat is computed anew.
                 */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TrustLinkToken"];
            };
        };
        responses: {
            200: components["responses"]["TrustLink"];
            400: components["responses"]["ClientBadRequest"];
            401: components["responses"]["Unauthorized"];
            408: components["responses"]["RequestTimeout"];
            409: components["responses"]["IdempotencyConflict"];
            413: components["responses"]["RequestTooLarge"];
            429: components["responses"]["ClientTooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    getTrustPolicy: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: components["responses"]["TrustPolicy"];
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    putTrustPolicy: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TrustPolicyUpdate"];
            };
        };
        responses: {
            200: components["responses"]["TrustPolicy"];
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            408: components["responses"]["RequestTimeout"];
            409: components["responses"]["TrustPolicyConflict"];
            413: components["responses"]["RequestTooLarge"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    updateTrustPolicy: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description Your name for this operation, so that repeating the request does not repeat its effect. An answer of more than
                 *     1 MiB, such as that of a large simulation, is not stored; its repeat is computed anew.
                 */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TrustPolicyUpdate"];
            };
        };
        responses: {
            200: components["responses"]["TrustPolicy"];
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            408: components["responses"]["RequestTimeout"];
            409: components["responses"]["TrustPolicyConflict"];
            413: components["responses"]["RequestTooLarge"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    patchTrustPolicy: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TrustPolicyUpdate"];
            };
        };
        responses: {
            200: components["responses"]["TrustPolicy"];
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            408: components["responses"]["RequestTimeout"];
            409: components["responses"]["TrustPolicyConflict"];
            413: components["responses"]["RequestTooLarge"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    listVerificationSessions: {
        parameters: {
            query?: {
                /** @description Only sessions with this reference of yours. */
                client_reference_id?: string;
                /** @description Only objects created in a later second than this one. Not together with `created[gte]`. */
                "created[gt]"?: components["parameters"]["CreatedGT"];
                /** @description Only objects created at this time or later, in Unix seconds. */
                "created[gte]"?: components["parameters"]["CreatedGTE"];
                /** @description Only objects created in an earlier second than this one. Not together with `created[lte]`. */
                "created[lt]"?: components["parameters"]["CreatedLT"];
                /** @description Only objects created at this time or earlier, in Unix seconds. */
                "created[lte]"?: components["parameters"]["CreatedLTE"];
                /**
                 * @description Return the objects before the one with this id, which may have been deleted. Not together with
                 *     `starting_after`.
                 */
                ending_before?: components["parameters"]["EndingBefore"];
                /** @description Pass `results` to include the verdicts on the attempts, in any spelling of a list. */
                "expand[]"?: components["parameters"]["ExpandResults"];
                /**
                 * @description How many to return. A list ends at 4 MiB, with fewer and with `has_more: true`, but has at least one object if
                 *     there is one.
                 */
                limit?: components["parameters"]["Limit"];
                /** @description Only sessions with this status of their latest review. */
                review?: components["schemas"]["ReviewStatus"];
                /** @description Return the objects after the one with this id, which may have been deleted. Not together with `ending_before`. */
                starting_after?: components["parameters"]["StartingAfter"];
                /** @description Only sessions with this status. */
                status?: components["schemas"]["SessionStatus"];
                /** @description Only sessions of this workflow. */
                workflow_id?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of sessions. */
            200: {
                headers: {
                    "Request-Id": components["headers"]["RequestId"];
                    "X-RateLimit-Limit": components["headers"]["RateLimitLimit"];
                    "X-RateLimit-Remaining": components["headers"]["RateLimitRemaining"];
                    "X-RateLimit-Reset": components["headers"]["RateLimitReset"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["VerificationSessionList"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    createVerificationSession: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description Your name for this operation, so that repeating the request does not repeat its effect. An answer of more than
                 *     1 MiB, such as that of a large simulation, is not stored; its repeat is computed anew.
                 */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["VerificationSessionCreate"];
            };
        };
        responses: {
            /** @description The session, with its one-time fields. */
            201: {
                headers: {
                    "Idempotent-Replayed": components["headers"]["IdempotentReplayed"];
                    "Request-Id": components["headers"]["RequestId"];
                    "Stile-Deprecation": components["headers"]["StileDeprecation"];
                    "X-RateLimit-Limit": components["headers"]["RateLimitLimit"];
                    "X-RateLimit-Remaining": components["headers"]["RateLimitRemaining"];
                    "X-RateLimit-Reset": components["headers"]["RateLimitReset"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CreatedVerificationSession"];
                };
            };
            400: components["responses"]["SessionBadRequest"];
            401: components["responses"]["Unauthorized"];
            402: components["responses"]["PaymentRequired"];
            403: components["responses"]["SessionForbidden"];
            408: components["responses"]["RequestTimeout"];
            409: components["responses"]["IdempotencyConflict"];
            413: components["responses"]["RequestTooLarge"];
            422: components["responses"]["SessionUnprocessable"];
            429: components["responses"]["SessionTooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    getVerificationSession: {
        parameters: {
            query?: {
                /** @description Pass `results` to include the verdicts on the attempts, in any spelling of a list. */
                "expand[]"?: components["parameters"]["ExpandResults"];
                /** @description Whether to add to `compliance` the origin of each value. */
                explain?: "true" | "false";
            };
            header?: never;
            path: {
                /** @description The session's id, `vks_…`. */
                id: components["parameters"]["SessionID"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The session. */
            200: {
                headers: {
                    "Request-Id": components["headers"]["RequestId"];
                    "X-RateLimit-Limit": components["headers"]["RateLimitLimit"];
                    "X-RateLimit-Remaining": components["headers"]["RateLimitRemaining"];
                    "X-RateLimit-Reset": components["headers"]["RateLimitReset"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RetrievedVerificationSession"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["SessionNotFound"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    deleteSessionBiometrics: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The session's id, `vks_…`. */
                id: components["parameters"]["SessionID"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The session has no biometric data. */
            200: {
                headers: {
                    "Request-Id": components["headers"]["RequestId"];
                    "X-RateLimit-Limit": components["headers"]["RateLimitLimit"];
                    "X-RateLimit-Remaining": components["headers"]["RateLimitRemaining"];
                    "X-RateLimit-Reset": components["headers"]["RateLimitReset"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeletedSessionBiometrics"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["SessionNotFound"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    cancelVerificationSession: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description Your name for this operation, so that repeating the request does not repeat its effect. An answer of more than
                 *     1 MiB, such as that of a large simulation, is not stored; its repeat is computed anew.
                 */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path: {
                /** @description The session's id, `vks_…`. */
                id: components["parameters"]["SessionID"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The session, now `cancelled`. */
            200: {
                headers: {
                    "Idempotent-Replayed": components["headers"]["IdempotentReplayed"];
                    "Request-Id": components["headers"]["RequestId"];
                    "X-RateLimit-Limit": components["headers"]["RateLimitLimit"];
                    "X-RateLimit-Remaining": components["headers"]["RateLimitRemaining"];
                    "X-RateLimit-Reset": components["headers"]["RateLimitReset"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["VerificationSessionSnapshot"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["SessionNotFound"];
            408: components["responses"]["RequestTimeout"];
            409: components["responses"]["CancelConflict"];
            413: components["responses"]["RequestTooLarge"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    reviewVerificationSession: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description Your name for this operation, so that repeating the request does not repeat its effect. An answer of more than
                 *     1 MiB, such as that of a large simulation, is not stored; its repeat is computed anew.
                 */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path: {
                /** @description The session's id, `vks_…`. */
                id: components["parameters"]["SessionID"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ReviewDecision"];
            };
        };
        responses: {
            /** @description The session after the decision. */
            200: {
                headers: {
                    "Idempotent-Replayed": components["headers"]["IdempotentReplayed"];
                    "Request-Id": components["headers"]["RequestId"];
                    "X-RateLimit-Limit": components["headers"]["RateLimitLimit"];
                    "X-RateLimit-Remaining": components["headers"]["RateLimitRemaining"];
                    "X-RateLimit-Reset": components["headers"]["RateLimitReset"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["VerificationSessionSnapshot"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["SessionNotFound"];
            408: components["responses"]["RequestTimeout"];
            409: components["responses"]["ReviewConflict"];
            413: components["responses"]["RequestTooLarge"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    lookUpVerifiedPerson: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description Your name for this operation, so that repeating the request does not repeat its effect. An answer of more than
                 *     1 MiB, such as that of a large simulation, is not stored; its repeat is computed anew.
                 */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["VerifiedPersonLookup"];
            };
        };
        responses: {
            /** @description The person's verifications. */
            200: {
                headers: {
                    "Idempotent-Replayed": components["headers"]["IdempotentReplayed"];
                    "Request-Id": components["headers"]["RequestId"];
                    "X-RateLimit-Limit": components["headers"]["RateLimitLimit"];
                    "X-RateLimit-Remaining": components["headers"]["RateLimitRemaining"];
                    "X-RateLimit-Reset": components["headers"]["RateLimitReset"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["VerifiedPersonLookupResult"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            408: components["responses"]["RequestTimeout"];
            409: components["responses"]["IdempotencyConflict"];
            413: components["responses"]["RequestTooLarge"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    getLogo: {
        parameters: {
            query?: {
                /** @description Tells caches one logo from the next. */
                v?: string;
            };
            header?: {
                /** @description The `ETag` of a logo that the client has. */
                "If-None-Match"?: string;
            };
            path: {
                org: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The logo. */
            200: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    "Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "image/jpeg": unknown;
                    "image/png": unknown;
                    "image/webp": unknown;
                };
            };
            /** @description The client has the logo. */
            304: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    "Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["ClientBadRequest"];
            401: components["responses"]["Unauthorized"];
            /** @description There is no such logo. */
            404: {
                headers: {
                    "Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["InvalidRequestError"];
                };
            };
            429: components["responses"]["ClientTooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    getChoiceLogo: {
        parameters: {
            query?: {
                /** @description Tells caches one logo from the next. */
                v?: string;
            };
            header?: {
                /** @description The `ETag` of a logo that the client has. */
                "If-None-Match"?: string;
            };
            path: {
                choice: string;
                /** @description The method that has the choice. */
                org: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The logo. */
            200: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    "Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "image/jpeg": unknown;
                    "image/png": unknown;
                    "image/webp": unknown;
                };
            };
            /** @description The client has the logo. */
            304: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    "Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["ClientBadRequest"];
            401: components["responses"]["Unauthorized"];
            /** @description There is no such logo. */
            404: {
                headers: {
                    "Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["InvalidRequestError"];
                };
            };
            429: components["responses"]["ClientTooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    getVerificationView: {
        parameters: {
            query?: never;
            header?: {
                /** @description The user's languages. `biometric_consent` is in the first that Stile has, in every answer with the view. */
                "Accept-Language"?: string;
            };
            path: {
                /** @description The session's id, `vks_…`. */
                id: components["parameters"]["SessionID"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The live channel is open. */
            101: {
                headers: {
                    "Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            200: components["responses"]["VerificationView"];
            400: components["responses"]["ClientBadRequest"];
            401: components["responses"]["Unauthorized"];
            404: components["responses"]["ClientNotFound"];
            409: components["responses"]["HandoffEnded"];
            426: components["responses"]["UpgradeRequired"];
            429: components["responses"]["ClientTooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    cancelVerification: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description Your name for this operation, so that repeating the request does not repeat its effect. An answer of more than
                 *     1 MiB, such as that of a large simulation, is not stored; its repeat is computed anew.
                 */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path: {
                /** @description The session's id, `vks_…`. */
                id: components["parameters"]["SessionID"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: components["responses"]["VerificationView"];
            400: components["responses"]["ClientBadRequest"];
            401: components["responses"]["Unauthorized"];
            404: components["responses"]["ClientNotFound"];
            408: components["responses"]["RequestTimeout"];
            409: components["responses"]["ClientCancelConflict"];
            413: components["responses"]["RequestTooLarge"];
            429: components["responses"]["ClientTooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    consentToBiometrics: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description Your name for this operation, so that repeating the request does not repeat its effect. An answer of more than
                 *     1 MiB, such as that of a large simulation, is not stored; its repeat is computed anew.
                 */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path: {
                /** @description The session's id, `vks_…`. */
                id: components["parameters"]["SessionID"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @constant */
                    granted: true;
                    /** @description The version of the text that the user read, as the view gave it. The session keeps it. */
                    text_version?: components["schemas"]["ConsentTextVersion"] | null;
                };
            };
        };
        responses: {
            200: components["responses"]["VerificationView"];
            400: components["responses"]["ClientBadRequest"];
            401: components["responses"]["Unauthorized"];
            404: components["responses"]["ClientNotFound"];
            408: components["responses"]["RequestTimeout"];
            409: components["responses"]["ClientConflict"];
            413: components["responses"]["RequestTooLarge"];
            422: components["responses"]["ClientUnprocessable"];
            429: components["responses"]["ClientTooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    keepDevice: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description Your name for this operation, so that repeating the request does not repeat its effect. An answer of more than
                 *     1 MiB, such as that of a large simulation, is not stored; its repeat is computed anew.
                 */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path: {
                /** @description The session's id, `vks_…`. */
                id: components["parameters"]["SessionID"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The phone still holds the session. */
            200: {
                headers: {
                    "Idempotent-Replayed": components["headers"]["IdempotentReplayed"];
                    "Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Heartbeat"];
                };
            };
            400: components["responses"]["ClientBadRequest"];
            401: components["responses"]["Unauthorized"];
            404: components["responses"]["ClientNotFound"];
            408: components["responses"]["RequestTimeout"];
            409: components["responses"]["ClientConflict"];
            413: components["responses"]["RequestTooLarge"];
            429: components["responses"]["ClientTooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    releaseDevice: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description Your name for this operation, so that repeating the request does not repeat its effect. An answer of more than
                 *     1 MiB, such as that of a large simulation, is not stored; its repeat is computed anew.
                 */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path: {
                /** @description The session's id, `vks_…`. */
                id: components["parameters"]["SessionID"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: components["responses"]["VerificationView"];
            400: components["responses"]["ClientBadRequest"];
            401: components["responses"]["Unauthorized"];
            404: components["responses"]["ClientNotFound"];
            408: components["responses"]["RequestTimeout"];
            409: components["responses"]["ClientConflict"];
            413: components["responses"]["RequestTooLarge"];
            429: components["responses"]["ClientTooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    reportDeviceTrouble: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description Your name for this operation, so that repeating the request does not repeat its effect. An answer of more than
                 *     1 MiB, such as that of a large simulation, is not stored; its repeat is computed anew.
                 */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path: {
                /** @description The session's id, `vks_…`. */
                id: components["parameters"]["SessionID"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    type: components["schemas"]["HandoffReason"];
                };
            };
        };
        responses: {
            200: components["responses"]["VerificationView"];
            400: components["responses"]["ClientBadRequest"];
            401: components["responses"]["Unauthorized"];
            404: components["responses"]["ClientNotFound"];
            408: components["responses"]["RequestTimeout"];
            409: components["responses"]["ClientConflict"];
            413: components["responses"]["RequestTooLarge"];
            422: components["responses"]["ClientUnprocessable"];
            429: components["responses"]["ClientTooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    mintHandoff: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description Your name for this operation, so that repeating the request does not repeat its effect. An answer of more than
                 *     1 MiB, such as that of a large simulation, is not stored; its repeat is computed anew.
                 */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path: {
                /** @description The session's id, `vks_…`. */
                id: components["parameters"]["SessionID"];
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    /** @description The company name that the user sees, instead of the workflow's. */
                    company_name?: string | null;
                    /**
                     * @description The page that the link leads to, instead of the workflow's. It must lie under an address that the
                     *     organization has allowed.
                     */
                    url_base?: string | null;
                };
            };
        };
        responses: {
            /** @description The token, for a QR code or a link. */
            200: {
                headers: {
                    "Idempotent-Replayed": components["headers"]["IdempotentReplayed"];
                    "Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Handoff"];
                };
            };
            400: components["responses"]["ClientBadRequest"];
            401: components["responses"]["Unauthorized"];
            404: components["responses"]["ClientNotFound"];
            408: components["responses"]["RequestTimeout"];
            409: components["responses"]["ClientConflict"];
            413: components["responses"]["RequestTooLarge"];
            429: components["responses"]["ClientTooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    confirmHandoff: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description Your name for this operation, so that repeating the request does not repeat its effect. An answer of more than
                 *     1 MiB, such as that of a large simulation, is not stored; its repeat is computed anew.
                 */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path: {
                /** @description The session's id, `vks_…`. */
                id: components["parameters"]["SessionID"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    number: number;
                };
            };
        };
        responses: {
            200: components["responses"]["VerificationView"];
            400: components["responses"]["ClientBadRequest"];
            401: components["responses"]["Unauthorized"];
            404: components["responses"]["ClientNotFound"];
            408: components["responses"]["RequestTimeout"];
            409: components["responses"]["ClientConflict"];
            413: components["responses"]["RequestTooLarge"];
            429: components["responses"]["ClientTooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    submitMethod: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description Your name for this operation, so that repeating the request does not repeat its effect. An answer of more than
                 *     1 MiB, such as that of a large simulation, is not stored; its repeat is computed anew.
                 */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path: {
                /** @description The session's id, `vks_…`. */
                id: components["parameters"]["SessionID"];
                /** @description A method that the session offers. */
                method: components["schemas"]["Method"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["MethodSubmission"];
            };
        };
        responses: {
            /** @description The verdict, if the method gives it at once. */
            200: {
                headers: {
                    "Idempotent-Replayed": components["headers"]["IdempotentReplayed"];
                    "Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MethodAttempt"];
                };
            };
            /** @description The attempt is being judged. Follow the session's status. */
            202: {
                headers: {
                    "Idempotent-Replayed": components["headers"]["IdempotentReplayed"];
                    "Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MethodAttempt"];
                };
            };
            400: components["responses"]["SubmissionRefused"];
            401: components["responses"]["Unauthorized"];
            404: components["responses"]["SubmissionNotFound"];
            408: components["responses"]["RequestTimeout"];
            409: components["responses"]["SubmissionConflict"];
            413: components["responses"]["RequestTooLarge"];
            422: components["responses"]["ClientUnprocessable"];
            429: components["responses"]["ClientTooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    beginMethod: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description Your name for this operation, so that repeating the request does not repeat its effect. An answer of more than
                 *     1 MiB, such as that of a large simulation, is not stored; its repeat is computed anew.
                 */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path: {
                /** @description The session's id, `vks_…`. */
                id: components["parameters"]["SessionID"];
                /** @description A method that the session offers and that has something to begin. */
                method: components["schemas"]["Method"];
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    [key: string]: unknown;
                };
            };
        };
        responses: {
            /** @description The challenge. */
            201: {
                headers: {
                    "Idempotent-Replayed": components["headers"]["IdempotentReplayed"];
                    "Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MethodChallenge"];
                };
            };
            400: components["responses"]["ClientBadRequest"];
            401: components["responses"]["Unauthorized"];
            404: components["responses"]["SubmissionNotFound"];
            408: components["responses"]["RequestTimeout"];
            409: components["responses"]["SubmissionConflict"];
            413: components["responses"]["RequestTooLarge"];
            422: components["responses"]["ClientUnprocessable"];
            429: components["responses"]["ClientTooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    openVerification: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description Your name for this operation, so that repeating the request does not repeat its effect. An answer of more than
                 *     1 MiB, such as that of a large simulation, is not stored; its repeat is computed anew.
                 */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path: {
                /** @description The session's id, `vks_…`. */
                id: components["parameters"]["SessionID"];
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["DeviceHints"];
            };
        };
        responses: {
            200: components["responses"]["VerificationView"];
            400: components["responses"]["ClientBadRequest"];
            401: components["responses"]["Unauthorized"];
            404: components["responses"]["ClientNotFound"];
            408: components["responses"]["RequestTimeout"];
            409: components["responses"]["ClientConflict"];
            413: components["responses"]["RequestTooLarge"];
            422: components["responses"]["ClientUnprocessable"];
            429: components["responses"]["ClientTooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    sendOTP: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description Your name for this operation, so that repeating the request does not repeat its effect. An answer of more than
                 *     1 MiB, such as that of a large simulation, is not stored; its repeat is computed anew.
                 */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path: {
                /** @description The session's id, `vks_…`. */
                id: components["parameters"]["SessionID"];
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    /**
                     * @description Needed if the session has no address. If the code proves an address other than the session's, it
                     *     becomes the session's, and the user verifies anew: no earlier verification is reused.
                     */
                    email?: string | null;
                    /** @description The language of the mail, a BCP 47 tag; that of the session without it. */
                    locale?: string | null;
                };
            };
        };
        responses: {
            200: components["responses"]["EmailOTP"];
            400: components["responses"]["OTPRefused"];
            401: components["responses"]["Unauthorized"];
            404: components["responses"]["ClientNotFound"];
            408: components["responses"]["RequestTimeout"];
            409: components["responses"]["OTPConflict"];
            413: components["responses"]["RequestTooLarge"];
            422: components["responses"]["ClientUnprocessable"];
            429: components["responses"]["ClientTooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    verifyOTP: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description Your name for this operation, so that repeating the request does not repeat its effect. An answer of more than
                 *     1 MiB, such as that of a large simulation, is not stored; its repeat is computed anew.
                 */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path: {
                /** @description The session's id, `vks_…`. */
                id: components["parameters"]["SessionID"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    code: string;
                };
            };
        };
        responses: {
            200: components["responses"]["VerificationView"];
            400: components["responses"]["OTPRefused"];
            401: components["responses"]["Unauthorized"];
            404: components["responses"]["ClientNotFound"];
            408: components["responses"]["RequestTimeout"];
            409: components["responses"]["OTPConflict"];
            413: components["responses"]["RequestTooLarge"];
            422: components["responses"]["ClientUnprocessable"];
            429: components["responses"]["ClientTooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    getVerificationStatus: {
        parameters: {
            query?: {
                /** @description Seconds to wait for a change before answering 304. */
                wait?: number;
            };
            header?: {
                /** @description The `ETag` of the last known status. */
                "If-None-Match"?: string;
            };
            path: {
                /** @description The session's id, `vks_…`. */
                id: components["parameters"]["SessionID"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The status. */
            200: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    "Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["VerificationStatus"];
                };
            };
            /** @description Nothing has changed. */
            304: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    "Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["ClientBadRequest"];
            401: components["responses"]["Unauthorized"];
            404: components["responses"]["ClientNotFound"];
            409: components["responses"]["HandoffEnded"];
            429: components["responses"]["ClientTooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    shareVerification: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description Your name for this operation, so that repeating the request does not repeat its effect. An answer of more than
                 *     1 MiB, such as that of a large simulation, is not stored; its repeat is computed anew.
                 */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path: {
                /** @description The session's id, `vks_…`. */
                id: components["parameters"]["SessionID"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    consent: boolean;
                };
            };
        };
        responses: {
            /** @description The state of the consent. */
            200: {
                headers: {
                    "Idempotent-Replayed": components["headers"]["IdempotentReplayed"];
                    "Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        consent: boolean;
                        /** @constant */
                        object: "trust_reuse_consent";
                    };
                };
            };
            400: components["responses"]["ClientBadRequest"];
            401: components["responses"]["Unauthorized"];
            404: components["responses"]["ClientNotFound"];
            408: components["responses"]["RequestTimeout"];
            409: components["responses"]["SharingConflict"];
            413: components["responses"]["RequestTooLarge"];
            429: components["responses"]["ClientTooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    uploadFile: {
        parameters: {
            query: {
                /** @description The method of the attempt that the file belongs to. */
                method: components["schemas"]["Method"];
            };
            header?: {
                /**
                 * @description Your name for this operation, so that repeating the request does not repeat its effect. An answer of more than
                 *     1 MiB, such as that of a large simulation, is not stored; its repeat is computed anew.
                 */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
                /** @description Whether the upload ends with the body; `?1` by default for `POST`, `?0` for `PATCH`. */
                "Upload-Complete"?: components["parameters"]["UploadComplete"];
                /** @description The size of the whole file, if it is known before the last piece. */
                "Upload-Length"?: number;
            };
            path: {
                /** @description The session's id, `vks_…`. */
                id: components["parameters"]["SessionID"];
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "*/*": unknown;
            };
        };
        responses: {
            /** @description The upload. */
            201: {
                headers: {
                    "Idempotent-Replayed": components["headers"]["IdempotentReplayed"];
                    /** @description Where the upload is continued. */
                    Location?: string;
                    "Request-Id": components["headers"]["RequestId"];
                    "Upload-Complete": components["headers"]["UploadComplete"];
                    "Upload-Limit": components["headers"]["UploadLimit"];
                    "Upload-Offset": components["headers"]["UploadOffset"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Upload"];
                };
            };
            400: components["responses"]["ClientBadRequest"];
            401: components["responses"]["Unauthorized"];
            404: components["responses"]["ClientNotFound"];
            408: components["responses"]["RequestTimeout"];
            409: components["responses"]["SubmissionConflict"];
            413: components["responses"]["RequestTooLarge"];
            422: components["responses"]["ClientUnprocessable"];
            429: components["responses"]["ClientTooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    getUpload: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The session's id, `vks_…`. */
                id: components["parameters"]["SessionID"];
                /** @description The upload's id, `upl_…`. */
                upload: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The upload. */
            200: {
                headers: {
                    "Request-Id": components["headers"]["RequestId"];
                    "Upload-Complete": components["headers"]["UploadComplete"];
                    "Upload-Limit": components["headers"]["UploadLimit"];
                    "Upload-Offset": components["headers"]["UploadOffset"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Upload"];
                };
            };
            400: components["responses"]["ClientBadRequest"];
            401: components["responses"]["Unauthorized"];
            404: components["responses"]["UploadNotFound"];
            409: components["responses"]["HandoffEnded"];
            429: components["responses"]["ClientTooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    continueUpload: {
        parameters: {
            query?: never;
            header: {
                /** @description Whether the upload ends with the body; `?1` by default for `POST`, `?0` for `PATCH`. */
                "Upload-Complete"?: components["parameters"]["UploadComplete"];
                /** @description The position of the first byte of the piece. */
                "Upload-Offset": number;
            };
            path: {
                /** @description The session's id, `vks_…`. */
                id: components["parameters"]["SessionID"];
                /** @description The upload's id, `upl_…`. */
                upload: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "*/*": unknown;
            };
        };
        responses: {
            /** @description The upload. */
            200: {
                headers: {
                    "Request-Id": components["headers"]["RequestId"];
                    "Upload-Complete": components["headers"]["UploadComplete"];
                    "Upload-Limit": components["headers"]["UploadLimit"];
                    "Upload-Offset": components["headers"]["UploadOffset"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Upload"];
                };
            };
            400: components["responses"]["ClientBadRequest"];
            401: components["responses"]["Unauthorized"];
            404: components["responses"]["UploadNotFound"];
            408: components["responses"]["RequestTimeout"];
            409: components["responses"]["UploadConflict"];
            413: components["responses"]["RequestTooLarge"];
            422: components["responses"]["ClientUnprocessable"];
            429: components["responses"]["ClientTooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    redeemVPToken: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description Your name for this operation, so that repeating the request does not repeat its effect. An answer of more than
                 *     1 MiB, such as that of a large simulation, is not stored; its repeat is computed anew.
                 */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path: {
                /** @description The session's id, `vks_…`. */
                id: components["parameters"]["SessionID"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    vp_token: string;
                };
            };
        };
        responses: {
            200: components["responses"]["VerificationView"];
            400: components["responses"]["VPTokenRefused"];
            401: components["responses"]["Unauthorized"];
            404: components["responses"]["ClientNotFound"];
            408: components["responses"]["RequestTimeout"];
            409: components["responses"]["NotRedeemable"];
            413: components["responses"]["RequestTooLarge"];
            422: components["responses"]["ClientUnprocessable"];
            429: components["responses"]["ClientTooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    listWebhookEndpoints: {
        parameters: {
            query?: {
                /**
                 * @description Return the objects before the one with this id, which may have been deleted. Not together with
                 *     `starting_after`.
                 */
                ending_before?: components["parameters"]["EndingBefore"];
                /**
                 * @description How many to return. A list ends at 4 MiB, with fewer and with `has_more: true`, but has at least one object if
                 *     there is one.
                 */
                limit?: components["parameters"]["Limit"];
                /** @description Return the objects after the one with this id, which may have been deleted. Not together with `ending_before`. */
                starting_after?: components["parameters"]["StartingAfter"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of endpoints. */
            200: {
                headers: {
                    "Request-Id": components["headers"]["RequestId"];
                    "X-RateLimit-Limit": components["headers"]["RateLimitLimit"];
                    "X-RateLimit-Remaining": components["headers"]["RateLimitRemaining"];
                    "X-RateLimit-Reset": components["headers"]["RateLimitReset"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WebhookEndpointList"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    createWebhookEndpoint: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description Your name for this operation, so that repeating the request does not repeat its effect. An answer of more than
                 *     1 MiB, such as that of a large simulation, is not stored; its repeat is computed anew.
                 */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["WebhookEndpointCreate"];
            };
        };
        responses: {
            /** @description The endpoint, with its secret. */
            201: {
                headers: {
                    "Idempotent-Replayed": components["headers"]["IdempotentReplayed"];
                    "Request-Id": components["headers"]["RequestId"];
                    "X-RateLimit-Limit": components["headers"]["RateLimitLimit"];
                    "X-RateLimit-Remaining": components["headers"]["RateLimitRemaining"];
                    "X-RateLimit-Reset": components["headers"]["RateLimitReset"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CreatedWebhookEndpoint"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            408: components["responses"]["RequestTimeout"];
            409: components["responses"]["EndpointLimit"];
            413: components["responses"]["RequestTooLarge"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    getWebhookEndpoint: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The endpoint's id, `we_…`. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: components["responses"]["WebhookEndpoint"];
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    putWebhookEndpoint: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The endpoint's id, `we_…`. */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["WebhookEndpointUpdate"];
            };
        };
        responses: {
            200: components["responses"]["WebhookEndpoint"];
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            408: components["responses"]["RequestTimeout"];
            413: components["responses"]["RequestTooLarge"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    updateWebhookEndpoint: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description Your name for this operation, so that repeating the request does not repeat its effect. An answer of more than
                 *     1 MiB, such as that of a large simulation, is not stored; its repeat is computed anew.
                 */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path: {
                /** @description The endpoint's id, `we_…`. */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["WebhookEndpointUpdate"];
            };
        };
        responses: {
            /** @description The endpoint. */
            200: {
                headers: {
                    "Idempotent-Replayed": components["headers"]["IdempotentReplayed"];
                    "Request-Id": components["headers"]["RequestId"];
                    "X-RateLimit-Limit": components["headers"]["RateLimitLimit"];
                    "X-RateLimit-Remaining": components["headers"]["RateLimitRemaining"];
                    "X-RateLimit-Reset": components["headers"]["RateLimitReset"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WebhookEndpoint"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            408: components["responses"]["RequestTimeout"];
            409: components["responses"]["IdempotencyConflict"];
            413: components["responses"]["RequestTooLarge"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    deleteWebhookEndpoint: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The endpoint's id, `we_…`. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The endpoint is deleted. */
            200: {
                headers: {
                    "Request-Id": components["headers"]["RequestId"];
                    "X-RateLimit-Limit": components["headers"]["RateLimitLimit"];
                    "X-RateLimit-Remaining": components["headers"]["RateLimitRemaining"];
                    "X-RateLimit-Reset": components["headers"]["RateLimitReset"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeletedWebhookEndpoint"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    patchWebhookEndpoint: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The endpoint's id, `we_…`. */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["WebhookEndpointUpdate"];
            };
        };
        responses: {
            200: components["responses"]["WebhookEndpoint"];
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            408: components["responses"]["RequestTimeout"];
            413: components["responses"]["RequestTooLarge"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    listWebhookDeliveries: {
        parameters: {
            query?: {
                /**
                 * @description Return the objects before the one with this id, which may have been deleted. Not together with
                 *     `starting_after`.
                 */
                ending_before?: components["parameters"]["EndingBefore"];
                /** @description Only deliveries of events of this type. */
                event_type?: components["schemas"]["FiredEventType"];
                /** @description How many to return. */
                limit?: number;
                /** @description Return the objects after the one with this id, which may have been deleted. Not together with `ending_before`. */
                starting_after?: components["parameters"]["StartingAfter"];
                /** @description Only deliveries of this status. */
                status?: components["schemas"]["WebhookDeliveryStatus"];
            };
            header?: never;
            path: {
                /** @description The endpoint's id, `we_…`. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of deliveries. */
            200: {
                headers: {
                    "Request-Id": components["headers"]["RequestId"];
                    "X-RateLimit-Limit": components["headers"]["RateLimitLimit"];
                    "X-RateLimit-Remaining": components["headers"]["RateLimitRemaining"];
                    "X-RateLimit-Reset": components["headers"]["RateLimitReset"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WebhookDeliveryList"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    getWebhookDelivery: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The delivery's id, `whd_…`. */
                delivery: string;
                /** @description The endpoint's id, `we_…`. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The delivery. */
            200: {
                headers: {
                    "Request-Id": components["headers"]["RequestId"];
                    "X-RateLimit-Limit": components["headers"]["RateLimitLimit"];
                    "X-RateLimit-Remaining": components["headers"]["RateLimitRemaining"];
                    "X-RateLimit-Reset": components["headers"]["RateLimitReset"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RetrievedWebhookDelivery"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    retryWebhookDelivery: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description Your name for this operation, so that repeating the request does not repeat its effect. An answer of more than
                 *     1 MiB, such as that of a large simulation, is not stored; its repeat is computed anew.
                 */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path: {
                /** @description The delivery's id, `whd_…`. */
                delivery: string;
                /** @description The endpoint's id, `we_…`. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": Record<string, never>;
            };
        };
        responses: {
            /** @description The attempt under way. */
            201: {
                headers: {
                    "Idempotent-Replayed": components["headers"]["IdempotentReplayed"];
                    "Request-Id": components["headers"]["RequestId"];
                    "X-RateLimit-Limit": components["headers"]["RateLimitLimit"];
                    "X-RateLimit-Remaining": components["headers"]["RateLimitRemaining"];
                    "X-RateLimit-Reset": components["headers"]["RateLimitReset"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WebhookDelivery"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            408: components["responses"]["RequestTimeout"];
            409: components["responses"]["RetryConflict"];
            413: components["responses"]["RequestTooLarge"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    recoverWebhookEndpoint: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description Your name for this operation, so that repeating the request does not repeat its effect. An answer of more than
                 *     1 MiB, such as that of a large simulation, is not stored; its repeat is computed anew.
                 */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path: {
                /** @description The endpoint's id, `we_…`. */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["WebhookRecoveryCreate"];
            };
        };
        responses: {
            /** @description The running recovery. */
            201: {
                headers: {
                    "Idempotent-Replayed": components["headers"]["IdempotentReplayed"];
                    "Request-Id": components["headers"]["RequestId"];
                    "X-RateLimit-Limit": components["headers"]["RateLimitLimit"];
                    "X-RateLimit-Remaining": components["headers"]["RateLimitRemaining"];
                    "X-RateLimit-Reset": components["headers"]["RateLimitReset"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WebhookRecovery"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            408: components["responses"]["RequestTimeout"];
            409: components["responses"]["RetryConflict"];
            413: components["responses"]["RequestTooLarge"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    listWebhookRecoveries: {
        parameters: {
            query?: {
                /**
                 * @description Return the objects before the one with this id, which may have been deleted. Not together with
                 *     `starting_after`.
                 */
                ending_before?: components["parameters"]["EndingBefore"];
                /**
                 * @description How many to return. A list ends at 4 MiB, with fewer and with `has_more: true`, but has at least one object if
                 *     there is one.
                 */
                limit?: components["parameters"]["Limit"];
                /** @description Return the objects after the one with this id, which may have been deleted. Not together with `ending_before`. */
                starting_after?: components["parameters"]["StartingAfter"];
            };
            header?: never;
            path: {
                /** @description The endpoint's id, `we_…`. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of recoveries. */
            200: {
                headers: {
                    "Request-Id": components["headers"]["RequestId"];
                    "X-RateLimit-Limit": components["headers"]["RateLimitLimit"];
                    "X-RateLimit-Remaining": components["headers"]["RateLimitRemaining"];
                    "X-RateLimit-Reset": components["headers"]["RateLimitReset"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WebhookRecoveryList"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    getWebhookRecovery: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The endpoint's id, `we_…`. */
                id: string;
                /** @description The recovery's id, `whr_…`. */
                recovery: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The recovery. */
            200: {
                headers: {
                    "Request-Id": components["headers"]["RequestId"];
                    "X-RateLimit-Limit": components["headers"]["RateLimitLimit"];
                    "X-RateLimit-Remaining": components["headers"]["RateLimitRemaining"];
                    "X-RateLimit-Reset": components["headers"]["RateLimitReset"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WebhookRecovery"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    rotateWebhookEndpointSecret: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description Your name for this operation, so that repeating the request does not repeat its effect. An answer of more than
                 *     1 MiB, such as that of a large simulation, is not stored; its repeat is computed anew.
                 */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path: {
                /** @description The endpoint's id, `we_…`. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["SecretRotation"];
            };
        };
        responses: {
            /** @description The endpoint, with its new secret. */
            200: {
                headers: {
                    "Idempotent-Replayed": components["headers"]["IdempotentReplayed"];
                    "Request-Id": components["headers"]["RequestId"];
                    "X-RateLimit-Limit": components["headers"]["RateLimitLimit"];
                    "X-RateLimit-Remaining": components["headers"]["RateLimitRemaining"];
                    "X-RateLimit-Reset": components["headers"]["RateLimitReset"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CreatedWebhookEndpoint"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            408: components["responses"]["RequestTimeout"];
            409: components["responses"]["RotationConflict"];
            413: components["responses"]["RequestTooLarge"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    finishWebhookEndpointRotation: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description Your name for this operation, so that repeating the request does not repeat its effect. An answer of more than
                 *     1 MiB, such as that of a large simulation, is not stored; its repeat is computed anew.
                 */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path: {
                /** @description The endpoint's id, `we_…`. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": Record<string, never>;
            };
        };
        responses: {
            /** @description The endpoint. */
            200: {
                headers: {
                    "Idempotent-Replayed": components["headers"]["IdempotentReplayed"];
                    "Request-Id": components["headers"]["RequestId"];
                    "X-RateLimit-Limit": components["headers"]["RateLimitLimit"];
                    "X-RateLimit-Remaining": components["headers"]["RateLimitRemaining"];
                    "X-RateLimit-Reset": components["headers"]["RateLimitReset"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WebhookEndpoint"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            408: components["responses"]["RequestTimeout"];
            409: components["responses"]["IdempotencyConflict"];
            413: components["responses"]["RequestTooLarge"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    testWebhookEndpoint: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description Your name for this operation, so that repeating the request does not repeat its effect. An answer of more than
                 *     1 MiB, such as that of a large simulation, is not stored; its repeat is computed anew.
                 */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path: {
                /** @description The endpoint's id, `we_…`. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": Record<string, never>;
            };
        };
        responses: {
            /** @description The attempt under way. */
            201: {
                headers: {
                    "Idempotent-Replayed": components["headers"]["IdempotentReplayed"];
                    "Request-Id": components["headers"]["RequestId"];
                    "X-RateLimit-Limit": components["headers"]["RateLimitLimit"];
                    "X-RateLimit-Remaining": components["headers"]["RateLimitRemaining"];
                    "X-RateLimit-Reset": components["headers"]["RateLimitReset"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WebhookDelivery"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            408: components["responses"]["RequestTimeout"];
            409: components["responses"]["RetryConflict"];
            413: components["responses"]["RequestTooLarge"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    listWorkflows: {
        parameters: {
            query?: {
                /**
                 * @description Return the objects before the one with this id, which may have been deleted. Not together with
                 *     `starting_after`.
                 */
                ending_before?: components["parameters"]["EndingBefore"];
                /**
                 * @description How many to return. A list ends at 4 MiB, with fewer and with `has_more: true`, but has at least one object if
                 *     there is one.
                 */
                limit?: components["parameters"]["Limit"];
                /** @description Return the objects after the one with this id, which may have been deleted. Not together with `ending_before`. */
                starting_after?: components["parameters"]["StartingAfter"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of workflows. */
            200: {
                headers: {
                    "Request-Id": components["headers"]["RequestId"];
                    "X-RateLimit-Limit": components["headers"]["RateLimitLimit"];
                    "X-RateLimit-Remaining": components["headers"]["RateLimitRemaining"];
                    "X-RateLimit-Reset": components["headers"]["RateLimitReset"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WorkflowList"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    createWorkflow: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description Your name for this operation, so that repeating the request does not repeat its effect. An answer of more than
                 *     1 MiB, such as that of a large simulation, is not stored; its repeat is computed anew.
                 */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["WorkflowCreate"];
            };
        };
        responses: {
            /** @description The draft. */
            201: {
                headers: {
                    "Idempotent-Replayed": components["headers"]["IdempotentReplayed"];
                    "Request-Id": components["headers"]["RequestId"];
                    "X-RateLimit-Limit": components["headers"]["RateLimitLimit"];
                    "X-RateLimit-Remaining": components["headers"]["RateLimitRemaining"];
                    "X-RateLimit-Reset": components["headers"]["RateLimitReset"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Workflow"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            408: components["responses"]["RequestTimeout"];
            409: components["responses"]["IdempotencyConflict"];
            413: components["responses"]["RequestTooLarge"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    getWorkflow: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The workflow's id, `wf_…`. */
                id: components["parameters"]["WorkflowID"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: components["responses"]["Workflow"];
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    putWorkflow: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The workflow's id, `wf_…`. */
                id: components["parameters"]["WorkflowID"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["WorkflowUpdate"];
            };
        };
        responses: {
            200: components["responses"]["Workflow"];
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            408: components["responses"]["RequestTimeout"];
            413: components["responses"]["RequestTooLarge"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    postWorkflow: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description Your name for this operation, so that repeating the request does not repeat its effect. An answer of more than
                 *     1 MiB, such as that of a large simulation, is not stored; its repeat is computed anew.
                 */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path: {
                /** @description The workflow's id, `wf_…`. */
                id: components["parameters"]["WorkflowID"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["WorkflowUpdate"];
            };
        };
        responses: {
            /** @description The workflow. */
            200: {
                headers: {
                    "Idempotent-Replayed": components["headers"]["IdempotentReplayed"];
                    "Request-Id": components["headers"]["RequestId"];
                    "X-RateLimit-Limit": components["headers"]["RateLimitLimit"];
                    "X-RateLimit-Remaining": components["headers"]["RateLimitRemaining"];
                    "X-RateLimit-Reset": components["headers"]["RateLimitReset"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Workflow"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            408: components["responses"]["RequestTimeout"];
            409: components["responses"]["IdempotencyConflict"];
            413: components["responses"]["RequestTooLarge"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    updateWorkflow: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The workflow's id, `wf_…`. */
                id: components["parameters"]["WorkflowID"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["WorkflowUpdate"];
            };
        };
        responses: {
            200: components["responses"]["Workflow"];
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            408: components["responses"]["RequestTimeout"];
            413: components["responses"]["RequestTooLarge"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    backtestWorkflow: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description Your name for this operation, so that repeating the request does not repeat its effect. An answer of more than
                 *     1 MiB, such as that of a large simulation, is not stored; its repeat is computed anew.
                 */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path: {
                /** @description The workflow's id, `wf_…`. */
                id: components["parameters"]["WorkflowID"];
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["WorkflowBacktest"];
            };
        };
        responses: {
            /** @description The sessions that would have ended otherwise. */
            200: {
                headers: {
                    "Idempotent-Replayed": components["headers"]["IdempotentReplayed"];
                    "Request-Id": components["headers"]["RequestId"];
                    "X-RateLimit-Limit": components["headers"]["RateLimitLimit"];
                    "X-RateLimit-Remaining": components["headers"]["RateLimitRemaining"];
                    "X-RateLimit-Reset": components["headers"]["RateLimitReset"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WorkflowBacktestReport"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            408: components["responses"]["RequestTimeout"];
            409: components["responses"]["IdempotencyConflict"];
            413: components["responses"]["RequestTooLarge"];
            422: components["responses"]["SessionUnprocessable"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    publishWorkflow: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description Your name for this operation, so that repeating the request does not repeat its effect. An answer of more than
                 *     1 MiB, such as that of a large simulation, is not stored; its repeat is computed anew.
                 */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path: {
                /** @description The workflow's id, `wf_…`. */
                id: components["parameters"]["WorkflowID"];
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["WorkflowPublish"];
            };
        };
        responses: {
            /** @description The new version. */
            201: {
                headers: {
                    "Idempotent-Replayed": components["headers"]["IdempotentReplayed"];
                    "Request-Id": components["headers"]["RequestId"];
                    "X-RateLimit-Limit": components["headers"]["RateLimitLimit"];
                    "X-RateLimit-Remaining": components["headers"]["RateLimitRemaining"];
                    "X-RateLimit-Reset": components["headers"]["RateLimitReset"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WorkflowVersion"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            408: components["responses"]["RequestTimeout"];
            409: components["responses"]["IdempotencyConflict"];
            413: components["responses"]["RequestTooLarge"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    rollbackWorkflow: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description Your name for this operation, so that repeating the request does not repeat its effect. An answer of more than
                 *     1 MiB, such as that of a large simulation, is not stored; its repeat is computed anew.
                 */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path: {
                /** @description The workflow's id, `wf_…`. */
                id: components["parameters"]["WorkflowID"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["WorkflowRollback"];
            };
        };
        responses: {
            /** @description The new version. */
            201: {
                headers: {
                    "Idempotent-Replayed": components["headers"]["IdempotentReplayed"];
                    "Request-Id": components["headers"]["RequestId"];
                    "X-RateLimit-Limit": components["headers"]["RateLimitLimit"];
                    "X-RateLimit-Remaining": components["headers"]["RateLimitRemaining"];
                    "X-RateLimit-Reset": components["headers"]["RateLimitReset"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WorkflowVersion"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            408: components["responses"]["RequestTimeout"];
            409: components["responses"]["IdempotencyConflict"];
            413: components["responses"]["RequestTooLarge"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    simulateWorkflow: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description Your name for this operation, so that repeating the request does not repeat its effect. An answer of more than
                 *     1 MiB, such as that of a large simulation, is not stored; its repeat is computed anew.
                 */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path: {
                /** @description The workflow's id, `wf_…`. */
                id: components["parameters"]["WorkflowID"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["WorkflowSimulate"];
            };
        };
        responses: {
            /** @description The outcome of each session. */
            200: {
                headers: {
                    "Idempotent-Replayed": components["headers"]["IdempotentReplayed"];
                    "Request-Id": components["headers"]["RequestId"];
                    "X-RateLimit-Limit": components["headers"]["RateLimitLimit"];
                    "X-RateLimit-Remaining": components["headers"]["RateLimitRemaining"];
                    "X-RateLimit-Reset": components["headers"]["RateLimitReset"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WorkflowSimulation"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            408: components["responses"]["RequestTimeout"];
            409: components["responses"]["IdempotencyConflict"];
            413: components["responses"]["RequestTooLarge"];
            422: components["responses"]["SessionUnprocessable"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    validateWorkflow: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description Your name for this operation, so that repeating the request does not repeat its effect. An answer of more than
                 *     1 MiB, such as that of a large simulation, is not stored; its repeat is computed anew.
                 */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path: {
                /** @description The workflow's id, `wf_…`. */
                id: components["parameters"]["WorkflowID"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The compiler's findings. */
            200: {
                headers: {
                    "Idempotent-Replayed": components["headers"]["IdempotentReplayed"];
                    "Request-Id": components["headers"]["RequestId"];
                    "X-RateLimit-Limit": components["headers"]["RateLimitLimit"];
                    "X-RateLimit-Remaining": components["headers"]["RateLimitRemaining"];
                    "X-RateLimit-Reset": components["headers"]["RateLimitReset"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WorkflowValidation"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            408: components["responses"]["RequestTimeout"];
            409: components["responses"]["IdempotencyConflict"];
            413: components["responses"]["RequestTooLarge"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    listWorkflowVersions: {
        parameters: {
            query?: {
                /**
                 * @description Return the objects before the one with this id, which may have been deleted. Not together with
                 *     `starting_after`.
                 */
                ending_before?: components["parameters"]["EndingBefore"];
                /**
                 * @description How many to return. A list ends at 4 MiB, with fewer and with `has_more: true`, but has at least one object if
                 *     there is one.
                 */
                limit?: components["parameters"]["Limit"];
                /** @description Return the objects after the one with this id, which may have been deleted. Not together with `ending_before`. */
                starting_after?: components["parameters"]["StartingAfter"];
            };
            header?: never;
            path: {
                /** @description The workflow's id, `wf_…`. */
                id: components["parameters"]["WorkflowID"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of versions. */
            200: {
                headers: {
                    "Request-Id": components["headers"]["RequestId"];
                    "X-RateLimit-Limit": components["headers"]["RateLimitLimit"];
                    "X-RateLimit-Remaining": components["headers"]["RateLimitRemaining"];
                    "X-RateLimit-Reset": components["headers"]["RateLimitReset"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WorkflowVersionList"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    getWorkflowVersion: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The workflow's id, `wf_…`. */
                id: components["parameters"]["WorkflowID"];
                /** @description Its number, counted from 1. */
                version: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The version. */
            200: {
                headers: {
                    "Request-Id": components["headers"]["RequestId"];
                    "X-RateLimit-Limit": components["headers"]["RateLimitLimit"];
                    "X-RateLimit-Remaining": components["headers"]["RateLimitRemaining"];
                    "X-RateLimit-Reset": components["headers"]["RateLimitReset"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WorkflowVersion"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    getHandoffPage: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: components["responses"]["Page"];
        };
    };
    getVerificationPage: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The id of a session. The client secret is in the fragment of the address, which no server sees. */
                session: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: components["responses"]["Page"];
        };
    };
}
