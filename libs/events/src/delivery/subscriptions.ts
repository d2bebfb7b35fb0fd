import { canBeEvent, domainEventOf, majorOf, schemaOf, type EventClass } from '../model/domain-event.js';
import type { EventEnvelope } from '../model/event-envelope.js';
import { DEFAULT_PAYLOAD_LIMITS, type PayloadLimits } from '../model/payload-limits.js';
import { ConfigurationError } from '../model/errors/configuration.js';
import { HandlerGoneError } from '../model/errors/delivery.js';
import { UnknownEventError } from '../model/errors/event.js';
import type { ResolvedOptions } from '../options/options.js';
import { DEFAULT_UNKNOWN, unknownPolicyOf, type UnknownPolicy } from '../options/unknown-policy.js';
import { personalPlanOf, type PersonalPlan } from '../personal/personal-plan.js';
import type { ErrorRule, RetryPolicy } from '../model/retry-policy.js';
import { isA } from '../model/thrown.js';
import type { StandardSchema } from '../model/standard-schema.js';
import type { Delivery } from './delivery.js';

/** The handler's name in notes and dead letters of an entry that reached no handler. The same as DECODING in `lua/delivery-notes.lua`. */
export const NO_HANDLER = '-';

/** A handler with all its options, ready to be called. */
export interface RegisteredHandler {
  /** `OrderHandlers.onOrderPlaced` */
  name: string;
  event: EventClass;
  retry: RetryPolicy;
  errors: readonly ErrorRule[];
  /** 0 for no limit. */
  timeoutMs: number;
  /** Whether its dead letters park the events that follow with the same partition key. */
  parksKey: boolean;
  invoke: (event: EventEnvelope<object>, delivery: Delivery) => unknown;
}

/** What a group does with one event type. Without handlers it ignores the type. */
export interface EventRoute {
  event: EventClass;
  /** The sources that may publish it; undefined for any. */
  sources: readonly string[] | undefined;
  /** Where its payload has personal data; undefined for nowhere. */
  personal: PersonalPlan | undefined;
  /** Its Standard Schema; undefined where class-validator's decorators are the schema. */
  schema: StandardSchema | undefined;
  handlers: readonly RegisteredHandler[];
}

/** One stream that a group reads, and what it does with each event type on it. */
export class Subscription {
  private readonly routes = new Map<string, EventRoute & { handlers: RegisteredHandler[] }>();
  /** The route that was asked for last: most streams carry one type. */
  private last: { type: string; version: string; route: EventRoute } | undefined;

  /**
   * @param streamName without prefix
   * @param roundsIntegers whether integers beyond ±(2^53 - 1) in payloads are rounded instead of rejected
   * @param unknown the policy for events that this worker does not know
   * @param limits of the size of an entry
   */
  constructor(
    readonly streamName: string,
    readonly roundsIntegers = false,
    readonly unknown: UnknownPolicy = DEFAULT_UNKNOWN,
    readonly limits: PayloadLimits = DEFAULT_PAYLOAD_LIMITS,
  ) {}

  /** @throws UnknownEventError when no class of the group has this type and major version */
  routeOf(type: string, version: string): EventRoute {
    const { last } = this;
    if (last?.type === type && last.version === version) return last.route;
    const route = this.routes.get(routeKey(type, version));
    if (route) {
      this.last = { type, version, route };
      return route;
    }
    throw new UnknownEventError(type, version, [...this.routes.keys()]);
  }

  get handlers(): readonly RegisteredHandler[] {
    return [...this.routes.values()].flatMap(({ handlers }) => handlers);
  }

  /** Each name once: one handler may have several event types of the stream. */
  get handlerNames(): readonly string[] {
    return [...new Set(this.handlers.map(({ name }) => name))];
  }

  /**
   * The names under which events that other workers do not know wait for this worker: `order_placed 2`.
   *
   * @param isReplay whether they are replays, which wait for one handler: `OrderHandlers.onOrderPlaced order_placed 2`
   */
  awaitable(isReplay: boolean): string[] {
    return [...this.routes].flatMap(([key, { handlers }]) => [
      key,
      ...(isReplay ? handlers.map(({ name }) => `${name} ${key}`) : []),
    ]);
  }

  /** @throws ConfigurationError when another class has the same type and major version */
  add(event: EventClass, handler?: RegisteredHandler): void {
    const { type, version, sources } = domainEventOf(event);
    const key = routeKey(type, version);
    const route = this.routes.get(key) ?? {
      event,
      sources,
      personal: personalPlanOf(event),
      schema: schemaOf(event),
      handlers: [],
    };
    if (route.event !== event) {
      throw new ConfigurationError(`Two classes are ${key}: ${route.event.name} and ${event.name}. Keep one`);
    }
    if (handler) {
      if (route.handlers.some(({ name }) => name === handler.name)) {
        throw new ConfigurationError(`${handler.name} is the handler of ${event.name} twice: keep one @EventHandler`);
      }
      route.handlers.push(handler);
    }
    this.routes.set(key, route);
  }
}

/**
 * The streams that a group must read.
 *
 * @param ignored event classes that the group ignores
 * @param options for events that the group does not know or that are too large; their defaults apply
 * @throws ConfigurationError when two classes are one type, or two handlers have one name
 */
export function subscriptionsOf(
  handlers: readonly RegisteredHandler[],
  ignored: readonly EventClass[],
  options: Partial<Pick<ResolvedOptions['consumer'], 'unsafeIntegers' | 'unknown' | keyof PayloadLimits>> = {},
): Subscription[] {
  const { unsafeIntegers, unknown, ...limits } = options;
  const subscriptions = new Map<string, Subscription>();
  const named = new Map<string, RegisteredHandler>();
  for (const handler of handlers) {
    const other = named.get(handler.name);
    // One method may handle several event types; it is one handler then.
    if (other && other.invoke !== handler.invoke) {
      throw new ConfigurationError(
        `Two handlers are called ${handler.name}: rename one class, retries are counted by name`,
      );
    }
    named.set(handler.name, handler);
    const { stream } = domainEventOf(handler.event);
    const subscription =
      subscriptions.get(stream) ??
      new Subscription(stream, unsafeIntegers === 'round', unknownPolicyOf(unknown, stream), {
        ...DEFAULT_PAYLOAD_LIMITS,
        ...limits,
      });
    subscription.add(handler.event, handler);
    subscriptions.set(stream, subscription);
  }
  // An ignored class alone is no reason to read its stream.
  for (const event of ignored) subscriptions.get(domainEventOf(event).stream)?.add(event);
  return [...subscriptions.values()];
}

/** Characters of a name under which events wait. */
const MAX_AWAITED_LENGTH = 200;

/**
 * The name under which an event waits that this worker does not know, one of {@link Subscription.awaitable} of another worker;
 * undefined where the error has another reason, or no worker can have such a name.
 */
export function awaitedIn(thrown: unknown): string | undefined {
  const isOfHandler = isA(thrown, HandlerGoneError);
  if (!isOfHandler && !isA(thrown, UnknownEventError)) return undefined;
  const { eventType, version } = thrown;
  if (!canBeEvent(eventType, version)) return undefined;
  const key = routeKey(eventType, version);
  const awaited = isOfHandler ? `${thrown.handler} ${key}` : key;
  return awaited.length <= MAX_AWAITED_LENGTH && !awaited.includes('\n') ? awaited : undefined;
}

function routeKey(type: string, version: string): string {
  return `${type} ${majorOf(version)}`;
}
