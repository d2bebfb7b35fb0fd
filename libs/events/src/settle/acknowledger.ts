import type { StreamClient } from '../stream/stream-client.js';

interface Waiting {
  id: string;
  resolve: () => void;
  reject: (error: unknown) => void;
}

/** Acknowledges plain deliveries, many in one command: what is settled in one turn of the event loop goes together. */
export class Acknowledger {
  private readonly waiting = new Map<string, Waiting[]>();
  private scheduled = false;

  constructor(
    private readonly client: StreamClient,
    private readonly group: string,
  ) {}

  /** Resolves once Redis has acknowledged the entry. */
  acknowledge(stream: string, id: string): Promise<void> {
    return new Promise((resolve, reject) => {
      const entries = this.waiting.get(stream) ?? [];
      entries.push({ id, resolve, reject });
      this.waiting.set(stream, entries);
      if (this.scheduled) return;
      this.scheduled = true;
      setImmediate(() => {
        this.scheduled = false;
        this.flush();
      });
    });
  }

  private flush(): void {
    for (const [stream, entries] of this.waiting) {
      this.client
        .acknowledge(
          stream,
          this.group,
          entries.map(({ id }) => id),
        )
        .then(
          () => {
            for (const { resolve } of entries) resolve();
          },
          (error: unknown) => {
            for (const { reject } of entries) reject(error);
          },
        );
    }
    this.waiting.clear();
  }
}
