/** The arguments of a message beside its name: none if its content is undefined. */
type Content<M, Name extends keyof M> = M[Name] extends undefined ? [] : [content: M[Name]];

/**
 * One end of the channel between a process of a contestant and its parent. `Sent` and `Received` are the messages of each direction, by
 * name, with their contents.
 */
export interface Channel<Sent, Received> {
  readonly send: <Name extends keyof Sent & string>(name: Name, ...content: Content<Sent, Name>) => void;
  /** The next message of that name, or the last one that came before the call. */
  readonly receive: <Name extends keyof Received & string>(name: Name) => Promise<Received[Name]>;
  /** Calls back for each message of that name. */
  readonly on: <Name extends keyof Received & string>(name: Name, listener: (content: Received[Name]) => void) => void;
}

/** A message on the channel. */
export interface Message {
  readonly name: string;
  readonly content: unknown;
}

/**
 * Opens one end. Messages are not validated, because both ends belong to this repository.
 *
 * @param send sends one message to the other end
 * @param receive registers a listener for the messages of the other end
 */
export function openChannel<Sent, Received>(
  send: (message: Message) => void,
  receive: (listener: (message: Message) => void) => void,
): Channel<Sent, Received> {
  const waiting = new Map<string, (content: unknown) => void>();
  const early = new Map<string, unknown>();
  const listeners = new Map<string, (content: unknown) => void>();
  receive(({ name, content }) => {
    const listener = waiting.get(name) ?? listeners.get(name);
    waiting.delete(name);
    if (listener === undefined) early.set(name, content);
    else listener(content);
  });
  return {
    send(name, ...[content]) {
      send({ name, content });
    },
    receive<Name extends keyof Received & string>(name: Name) {
      if (!early.has(name)) {
        return new Promise<Received[Name]>((resolve) => {
          waiting.set(name, resolve as (content: unknown) => void);
        });
      }
      const content = early.get(name) as Received[Name];
      early.delete(name);
      return Promise.resolve(content);
    },
    on<Name extends keyof Received & string>(name: Name, listener: (content: Received[Name]) => void) {
      listeners.set(name, listener as (content: unknown) => void);
    },
  };
}
