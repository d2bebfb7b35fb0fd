/** Base of every error of this library; `name` is stable and safe to match on. */
export class EventsError extends Error {
  constructor(message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = new.target.name;
  }
}

/** Characters at most of a text that came with an event, such as a path or a key, where a message shows it. */
export const MAX_SHOWN_LENGTH = 200;
