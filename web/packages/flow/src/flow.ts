import {
  ApiError, NetworkError, newKey, type Method, type SessionClient, type Submission, type Trouble, type View,
} from "@stile/client";
import { isTerminal, problemOf, type Device, type Model, type Navigation } from "./model.ts";
import { hintsFor } from "./hints.ts";

/** Place keeps the user's navigation over a reload. The page keeps it in the session storage and the history. */
export interface Place {
  read(): Navigation;
  write(navigation: Navigation): void;
}

export interface FlowOptions {
  client: SessionClient;
  device: Device;
  place: Place;
}

/** pollSeconds is how long one request waits for a change of the session; the API's longest. */
const pollSeconds = 25;
/** heartbeatMs is how often a phone tells that it is there. Two minutes of silence free the session. */
const heartbeatMs = 30_000;
/** retryMs is the pause after a poll without an answer. The end of an outage of the network ends it early. */
const retryMs = 3_000;
/** longestRetryMs bounds the pause that the API asks for. */
const longestRetryMs = 30_000;

/** unanswered returns the view without the verdict on the attempt that a new submission to the method follows. */
function unanswered(view: Model["view"], method: Method): Model["view"] {
  const methods = view?.methods.map((one) => one.method === method ? { ...one, last_attempt: null } : one);
  return view && methods ? { ...view, methods } : view;
}

/**
 * Flow runs one session on one page: it follows the session's state, and carries out the user's actions. It shows
 * nothing by itself: listeners read `model` after each change.
 */
export class Flow {
  model: Model;
  private readonly listeners = new Set<() => void>();
  private readonly stopping = new AbortController();
  private poll: AbortController | undefined;
  /** etag is the tag of the status that the page shows; null makes the next poll return at once. */
  private etag: string | null = null;
  private running = false;
  private mayOpen = true;
  private pending: { method: Method; body: string; key: string } | undefined;
  /** last ends with the last action that was begun, and waiting is how many of the user's have not ended. */
  private last: Promise<unknown> = Promise.resolve();
  private waiting = 0;

  constructor(private readonly options: FlowOptions) {
    this.model = {
      device: options.device, view: null, status: null, problem: null, trouble: null,
      navigation: options.place.read(), submitted: null, busy: false,
    };
  }

  get client(): SessionClient {
    return this.options.client;
  }

  subscribe(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** start opens the session and follows it until it ends, or until stop. */
  start(): void {
    globalThis.addEventListener?.("offline", this.offline);
    globalThis.addEventListener?.("online", this.online);
    void this.run();
  }

  /** offline says so, unless nothing more is asked of the server. */
  private readonly offline = (): void => {
    if (!this.over()) this.change({ trouble: "offline" });
  };

  /** online ends a poll, which may have died with the network, so that the next one starts at once. */
  private readonly online = (): void => this.poll?.abort();

  stop(): void {
    globalThis.removeEventListener?.("offline", this.offline);
    globalThis.removeEventListener?.("online", this.online);
    this.stopping.abort();
  }

  /** run follows the session, with a phone's heartbeats, until it ends, a problem appears or the flow is stopped. */
  private async run(): Promise<void> {
    if (this.running) return;
    this.running = true;
    const beats = this.options.device === "phone" ? setInterval(this.beat, heartbeatMs) : undefined;
    while (!this.over()) {
      try {
        await this.step();
      } catch (error) {
        if (this.stopping.signal.aborted) break;
        this.fail(error);
        if (!this.over()) await this.pause(pauseAfter(error));
      }
    }
    clearInterval(beats);
    this.running = false;
  }

  private readonly beat = (): void => void this.client.heartbeat().catch(() => undefined);

  /** step reads the session, or opens it, or waits for its next change. */
  private async step(): Promise<void> {
    const { view } = this.model;
    if (!view) {
      await this.refresh();
    } else if (view.status === "created" && !view.handoff_choices.length && this.mayOpen) {
      await this.open();
    } else {
      return this.follow();
    }
    this.change({ trouble: null });
  }

  /** open opens the session. While a phone holds it, or once it has ended, that is left to the next change. */
  private async open(): Promise<void> {
    try {
      this.show(await this.client.open(hintsFor(this.model.view?.device_hints ?? [])));
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (error.status === 409) this.mayOpen = false;
      // The workflow is not published for the place that the user's address has turned out to be in.
      else if (error.code === "parameter_invalid") this.change({ problem: "prohibited" });
      else throw error;
    }
  }

  /** follow waits for one change, and shows it. */
  private async follow(): Promise<void> {
    const poll = (this.poll = new AbortController());
    const stop = () => poll.abort();
    this.stopping.signal.addEventListener("abort", stop);
    try {
      const wait = this.etag && !this.model.trouble ? pollSeconds : 0;
      const follow = await this.client.follow(this.etag, wait, poll.signal);
      if (follow.status) await this.refresh();
      this.change(follow.status ? { status: follow.status, trouble: null } : { trouble: null });
      this.etag = follow.etag;
    } catch (error) {
      if (!poll.signal.aborted) throw error;
    } finally {
      this.stopping.signal.removeEventListener("abort", stop);
    }
  }

  /** translate reads the view anew, whose texts are in the language of the page. A later answer brings them as well. */
  translate(): void {
    if (this.model.view && !this.over()) void this.refresh().catch(() => undefined);
  }

  private async refresh(): Promise<void> {
    this.mayOpen = true;
    this.show(await this.client.view(this.stopping.signal));
  }

  /** again starts over after a problem that may have passed. */
  again(): void {
    this.etag = null;
    this.poll?.abort(); // of a run that has not seen the problem, because a user's action met it
    this.change({ problem: null });
    void this.run();
  }

  navigate(change: Partial<Navigation>): void {
    const navigation = { ...this.model.navigation, ...change };
    this.options.place.write(navigation);
    this.change({ navigation, submitted: null });
  }

  /** returned takes over the navigation of the history after the browser's Back or Forward. */
  returned(navigation: Navigation): void {
    this.change({ navigation, submitted: null });
  }

  /**
   * submit sends the input of a method. A repeat of the same input after a lost answer is the same submission, so the
   * user may tap again. A submission of another tab, or a step that is over, only refreshes the page. It returns
   * whether the server has taken the submission.
   */
  async submit(method: Method, input: Submission): Promise<boolean> {
    const body = JSON.stringify(input);
    if (this.pending?.method !== method || this.pending.body !== body) {
      this.pending = { method, body, key: newKey() };
    }
    const { key } = this.pending;
    return this.act(async () => {
      await this.client.submit(method, input, key);
      this.pending = undefined;
      this.change({ submitted: method, view: unanswered(this.model.view, method) });
      return this.client.view();
    });
  }

  /** report has the session offer a phone, because this device cannot go on. Meanwhile the user may press a button. */
  report(reason: Trouble): Promise<boolean> {
    return this.inTurn(() => this.showAfter(() => this.client.report(reason)));
  }

  /**
   * act carries out one action, and shows the view that it returns. It throws a refusal that `isShown`, and returns
   * whether the action succeeded. Actions are carried out one at a time, in the order of the calls: a button that is
   * busy takes no tap, and an action of the page itself waits.
   */
  act(action: () => Promise<Model["view"]>): Promise<boolean> {
    return this.whileBusy(() => this.showAfter(action));
  }

  /** showAfter shows the view that an action returns. It throws a refusal that `isShown`, and returns its success. */
  private async showAfter(action: () => Promise<Model["view"]>): Promise<boolean> {
    try {
      const view = await action();
      if (view) this.show(view);
      this.change({ trouble: null });
      return true;
    } catch (error) {
      this.fail(error);
      if (error instanceof ApiError && error.status === 409) await this.refresh().catch(() => undefined);
      if (error instanceof ApiError && isShown(error)) throw error;
      return false;
    }
  }

  /**
   * attempt carries out an action whose refusals its screen shows, and reads the session anew. It returns the refusal:
   * an answer with the status 400 or 429. It returns null after success, and after a fault that the page shows.
   */
  attempt(action: () => Promise<unknown>): Promise<ApiError | null> {
    return this.whileBusy(async () => {
      try {
        await action();
        await this.refresh();
        this.change({ trouble: null });
      } catch (error) {
        await this.refresh().catch(() => undefined);
        if (error instanceof ApiError && (error.status === 400 || error.status === 429)) return error;
        this.fail(error);
      }
      return null;
    });
  }

  /** whileBusy carries out an action of the user in its turn. The model is busy until the last one has ended. */
  private whileBusy<Result>(action: () => Promise<Result>): Promise<Result> {
    this.waiting++;
    if (!this.model.busy) this.change({ busy: true });
    return this.inTurn(action).finally(() => {
      if (--this.waiting === 0) this.change({ busy: false });
    });
  }

  /** inTurn carries out an action after those that were begun before. */
  private inTurn<Result>(action: () => Promise<Result>): Promise<Result> {
    const done = this.last.then(action);
    this.last = done.catch(() => undefined);
    return done;
  }

  /**
   * share saves whether the user shares the verification. It returns why that failed: `refused` if the verification
   * cannot be shared, `unsaved` if a repeat may help; null after success.
   */
  async share(consent: boolean): Promise<"refused" | "unsaved" | null> {
    try {
      const saved = await this.client.share(consent);
      const { view } = this.model;
      if (view) this.change({ view: { ...view, trust_reuse: { ...view.trust_reuse, consent: saved.consent } } });
      return null;
    } catch (error) {
      return error instanceof ApiError && error.status === 409 ? "refused" : "unsaved";
    }
  }

  private over(): boolean {
    return this.stopping.signal.aborted || this.model.problem !== null || isTerminal(this.model.view);
  }

  private fail(error: unknown): void {
    if (error instanceof NetworkError) {
      this.change({ trouble: navigator.onLine ? "service" : "offline" });
      return;
    }
    if (error instanceof ApiError && (error.status >= 500 || error.status === 429)) {
      this.change({ trouble: "service" });
      return;
    }
    const problem = problemOf(error);
    // The first device need not hold the session: its page shows that the phone does.
    if (problem === "held" && this.options.device === "first") return;
    if (problem) this.change({ problem });
  }

  /** show shows a view, unless a newer one is shown: an action's answer and that of a poll may overtake each other. */
  private show(view: View): void {
    if (view.revision >= (this.model.view?.revision ?? -1)) this.change({ view });
  }

  private change(change: Partial<Model>): void {
    this.model = { ...this.model, ...change };
    for (const tell of this.listeners) tell();
  }

  private pause(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(go, milliseconds);
      const signal = this.stopping.signal;
      function go(): void {
        clearTimeout(timer);
        globalThis.removeEventListener?.("online", go);
        signal.removeEventListener("abort", go);
        resolve();
      }
      globalThis.addEventListener?.("online", go);
      signal.addEventListener("abort", go);
    });
  }
}

/** pauseAfter returns the pause after an error: that of Retry-After, if the API asks for one. */
function pauseAfter(error: unknown): number {
  const asked = error instanceof ApiError ? Number(error.headers?.get("Retry-After")) * 1_000 : 0;
  return asked > 0 ? Math.min(asked, longestRetryMs) : retryMs;
}

/** isShown reports whether the screen of a method shows a refusal. A 413 may come from a proxy, without a code. */
function isShown({ status, code }: ApiError): boolean {
  return status === 413 || ["parameter_invalid", "upload_limit_reached", "otp_invalid", "otp_expired"].includes(code);
}
