import { canBeEvent, domainEventOf, majorOf, schemaOf, type EventClass } from '../model/domain-event.js';
import type { EventEnvelope } from '../model/event-envelope.js';
import { DEFAULT_PAYLOAD_LIMITS, type PayloadLimits } from '../model/payload-limits.js';
import { ConfigurationError } from '../model/errors/configuration.js';
import { HandlerGoneError } from '../model/errors/delivery.js';
import { UnknownEventError } from '../model/errors/event.js';
import type { ResolvedOptions } from '../options/options.js';
import { DEFAULT_UNKNOWN, unknownPolicyOf, type UnknownPolicy } from '../options/unknown-policy.js';
import { personalPlanOf, type PersonalPlan } from '../personal/personal.js';
import type { ErrorRule, RetryPolicy } from '../model/retry-policy.js';
import { isA } from '../model/thrown.js';
import type { StandardSchema } from '../model/standard-schema.js';
import type { Delivery } from './delivery.js';

/** Stands for the handler of an entry that reached none: it could not be decoded, is not valid or not wanted. See READING in delivery-notes.lua. */
export const NO_HANDLER = '-';

/** A handler that was found, ready to be called. */
export interface RegisteredHandler {
  /** `OrderHandlers.onOrderPlaced` */
  name: string;
  event: EventClass;
  retry: RetryPolicy;
  errors: readonly ErrorRule[];
  /** 0 for no limit. */
  timeoutMs: number;
  /** Whether its dead letters park those that follow them with the same key. */
  parksKey: boolean;
  invoke: (event: EventEnvelope<object>, delivery: Delivery) => unknown;
}

/** What a group does with one event type; without handlers it passes over it. */
export interface EventRoute {
  event: EventClass;
  /** Who may publish it; undefined for anybody. */
  sources: readonly string[] | undefined;
  /** Where it has personal data; undefined for nowhere. */
  personal: PersonalPlan | undefined;
  /** What its payload must be, where class-validator's decorators do not say it. */
  schema: StandardSchema | undefined;
  handlers: readonly RegisteredHandler[];
}

/** One stream that a group reads, and what it does with each event type on it. */
export class Subscription {
  private readonly routes = new Map<string, EventRoute & { handlers: RegisteredHandler[] }>();
  /** The type and version that were asked for last, and their route: a stream mostly carries one. */
  private last: { type: string; version: string; route: EventRoute } | undefined;

  /**
   * @param stream the stream's name without prefix
   * @param roundsIntegers whether integers beyond ±(2^53 - 1) in payloads are rounded, instead of refused
   * @param unknown what becomes of events that this worker does not know
   * @param limits what an entry may be at most
   */
  constructor(
    readonly stream: string,
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
   * What this worker handles of the stream, as events that other workers do not know wait for it.
   *
   * @param isReplay whether it is of dead letters that come back, each for one handler
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
 * The streams that a group must read, from its handlers and from the event classes that it passes over.
 *
 * @param options what becomes of events that the group, or JavaScript, cannot take as they are; as by default without
 * @throws ConfigurationError when two classes are one type, or two handlers have one name
 */
export function subscriptionsOf(
  handlers: readonly RegisteredHandler[],
  passed: readonly EventClass[],
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
  // A class without handler starts no reading of its own; it only tells what to ignore.
  for (const event of passed) subscriptions.get(domainEventOf(event).stream)?.add(event);
  return [...subscriptions.values()];
}

/** The longest name of a type, or of a handler and a type, for which events wait. */
const MAX_AWAITED_LENGTH = 200;

/**
 * What an event waits for that could not be handled here, as {@link Subscription.awaitable} of another worker may have it;
 * undefined where that is not the reason, or no worker can have it.
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
