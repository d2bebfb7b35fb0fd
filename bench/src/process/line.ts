/** What a message takes besides its name: nothing, where its content is undefined. */
type Content<M, Name extends keyof M> = M[Name] extends undefined ? [] : [content: M[Name]];

/**
 * One end of the line between a process of a contestant and its parent. `Sent` and `Received` are the messages of each
 * direction, by their names, with their contents.
 */
export interface Line<Sent, Received> {
  readonly say: <Name extends keyof Sent & string>(name: Name, ...content: Content<Sent, Name>) => void;
  /** The next message of that name, or the last one that came before anybody asked for it. */
  readonly hear: <Name extends keyof Received & string>(name: Name) => Promise<Received[Name]>;
  /** Calls back for each message of that name. */
  readonly on: <Name extends keyof Received & string>(name: Name, listener: (content: Received[Name]) => void) => void;
}

/** A message as it goes over the line. */
export interface Message {
  readonly name: string;
  readonly content: unknown;
}

/**
 * Opens one end. Both ends are of this repository: messages are taken as what their types say.
 *
 * @param send sends one message to the other end
 * @param receive calls back with each message of the other end
 */
export function openLine<Sent, Received>(
  send: (message: Message) => void,
  receive: (listener: (message: Message) => void) => void,
): Line<Sent, Received> {
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
    say(name, ...[content]) {
      send({ name, content });
    },
    hear<Name extends keyof Received & string>(name: Name) {
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
