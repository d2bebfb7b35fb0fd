/** The base class of all errors of this library. `name` is the name of the class, and does not change. */
export class EventsError extends Error {
  constructor(message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = new.target.name;
  }
}

/** How much of a text from an event, such as a path or a key, a message shows, in characters. */
export const MAX_SHOWN_LENGTH = 200;
