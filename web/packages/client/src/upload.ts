import { ApiError } from "./errors.ts";
import { newKey } from "./key.ts";
import type { Call } from "./transport.ts";
import type { Method, Upload } from "./types.ts";

/** pieceBytes is the size of the pieces of a file: a lost connection costs no more than one. */
export const pieceBytes = 256 * 1024;

/**
 * FileUpload sends one file in pieces, as draft-ietf-httpbis-resumable-upload describes it. `send` may be called again
 * after a fault: it asks the server how much has arrived, and goes on from there.
 */
export class FileUpload {
  /** sent is how many bytes have arrived, as far as is known. */
  sent = 0;
  private key = newKey();
  private id: string | null = null;
  private complete = false;
  /** uncertain reports whether the answer to the last request was lost. */
  private uncertain = false;
  /** whole reports whether the file goes in one request: it is small, or the server takes no pieces. */
  private whole: boolean;

  constructor(
    private readonly request: (call: Call) => Promise<Response>,
    private readonly path: string,
    private readonly method: Method,
    private readonly file: Blob,
  ) {
    this.whole = file.size <= pieceBytes;
  }

  get size(): number {
    return this.file.size;
  }

  /** send sends the rest of the file, and returns the id of the upload. It throws an ApiError or a NetworkError. */
  async send(onProgress: () => void = () => undefined): Promise<string> {
    while (!this.id || !this.complete) {
      await this.step();
      onProgress();
    }
    return this.id;
  }

  private async step(): Promise<void> {
    if (!this.id) return this.begin();
    const asks = this.uncertain;
    this.uncertain = true;
    try {
      await (asks ? this.ask(this.id) : this.append(this.id));
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.refused(error);
    }
    this.uncertain = false;
  }

  private async begin(): Promise<void> {
    const path = `${this.path}?method=${this.method}`;
    const body = this.whole ? this.file : this.file.slice(0, pieceBytes);
    const headers = { "Upload-Complete": "?0", "Upload-Length": String(this.size) };
    const answer = await this.request({
      method: "POST", path, body, key: this.key, ...(this.whole ? {} : { headers }),
    });
    const { id } = (await answer.json()) as Upload;
    if (this.whole) {
      [this.id, this.sent, this.complete] = [id, this.size, true];
    } else if (this.follow(answer.headers)) {
      this.id = id;
    } else {
      this.restart();
    }
  }

  private async ask(id: string): Promise<void> {
    this.follow((await this.request({ method: "HEAD", path: `${this.path}/${id}` })).headers);
  }

  private async append(id: string): Promise<void> {
    const body = this.file.slice(this.sent, this.sent + pieceBytes);
    const headers = {
      "Content-Type": "application/partial-upload",
      "Upload-Offset": String(this.sent),
      "Upload-Complete": this.sent + body.size === this.size ? "?1" : "?0",
    };
    const answer = await this.request({ method: "PATCH", path: `${this.path}/${id}`, body, headers });
    this.follow(answer.headers);
  }

  /** refused goes on where the server says, or in one request if it no longer knows the upload. Else it throws. */
  private refused(error: ApiError): void {
    const before = this.sent;
    if (error.code === "upload_offset_mismatch" && this.follow(error.headers)) {
      if (this.complete || this.sent !== before) return;
    } else if (error.status === 404 || error.status === 405) {
      return this.restart();
    }
    throw error;
  }

  /** follow takes over how much has arrived; false if the answer does not say so, as that of an older server. */
  private follow(headers: Headers | null): boolean {
    const offset = headers?.get("Upload-Offset");
    if (!headers || !offset) return false;
    this.sent = Number(offset);
    this.complete = headers.get("Upload-Complete") === "?1";
    return true;
  }

  /** restart begins again with the file in one request. */
  private restart(): void {
    Object.assign(this, { whole: true, id: null, sent: 0, complete: false, key: newKey() });
  }
}
