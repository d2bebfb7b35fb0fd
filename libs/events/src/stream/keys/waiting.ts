/**
 * What no worker of its group may handle is not dropped, and not held by a worker either: it is pending for a consumer that is
 * named after what it waits for, see `lua/wait-for-handler.lua`.
 */
const WAITING = 'waiting for ';

/** The name of the consumer that holds what waits for a handler, such as `waiting for order_placed 2`. */
export function waitingFor(what: string): string {
  return WAITING + what;
}

/** What a consumer's entries wait for, such as `order_placed 2`: a type and its major version; undefined for a worker. */
export function awaitedBy(consumer: string): string | undefined {
  return consumer.startsWith(WAITING) ? consumer.slice(WAITING.length) : undefined;
}

/** Names as scripts look for one among them: each is a line, with a line feed before the first. */
export function linesOf(names: readonly string[]): string {
  return `\n${names.map((name) => `${name}\n`).join('')}`;
}

/** For so many different things entries of one stream may wait: types can be made up by whoever may publish. */
export const MAX_AWAITED = 100;
