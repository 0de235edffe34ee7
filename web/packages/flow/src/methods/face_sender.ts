import type { FileUpload } from "@stile/client";

/** atOnce is how many frames are on their way at once. The server takes their order from their arrival. */
const atOnce = 2;

/** Named is a frame as a submission names it. */
export interface Named {
  upload: string;
  step: number;
}

/** FrameSender sends the frames of a challenge in their order, as they are taken. */
export class FrameSender {
  /** tell is called after a frame has arrived, and after one has not. */
  tell: () => void = () => undefined;
  private readonly frames: { upload: FileUpload; step: number; id?: string }[] = [];
  private readonly underway = new Set<Promise<void>>();
  private next = 0;
  private fault: { error: unknown } | null = null;

  /** begin makes the upload of a frame. */
  constructor(private readonly begin: (frame: Blob) => FileUpload) {}

  /** sent returns how much of the frames has arrived, from 0 to 1. */
  get sent(): number {
    return this.frames.filter(({ id }) => id !== undefined).length / Math.max(1, this.frames.length);
  }

  /** failed reports whether a frame has not arrived. No other is sent then. */
  get failed(): boolean {
    return this.fault !== null;
  }

  add(frame: Blob, step: number): void {
    this.frames.push({ upload: this.begin(frame), step });
    this.pump();
  }

  /** all returns the frames once all have arrived. It throws the error of one that has not. */
  async all(): Promise<Named[]> {
    while (this.underway.size > 0) await Promise.all(this.underway);
    if (this.fault) throw this.fault.error;
    return this.frames.map(({ id, step }) => ({ upload: id!, step }));
  }

  private pump(): void {
    while (this.underway.size < atOnce && this.next < this.frames.length && !this.fault) {
      const sending = this.send(this.next++).then(() => {
        this.underway.delete(sending);
        this.pump();
        this.tell();
      });
      this.underway.add(sending);
    }
  }

  private async send(at: number): Promise<void> {
    const frame = this.frames[at]!;
    try {
      frame.id = await frame.upload.send();
    } catch (error) {
      this.fault ??= { error };
    }
  }
}
