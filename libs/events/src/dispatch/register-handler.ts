import type { EventClass } from '../model/domain-event.js';
import { domainEventOf } from '../model/domain-event.js';
import { resolveHandlerOptions, type HandlerOptions } from '../options/handler-options.js';
import type { ResolvedOptions } from '../options/options.js';
import { demandOneSchema } from '../validate/schema.js';
import type { RegisteredHandler } from '../delivery/subscriptions.js';

/**
 * A handler with every option in its place.
 *
 * @param where what a mistake is said of: `@EventHandler on OrderHandlers.onOrderPlaced`
 * @param others names of what is given beside the options; undefined where it may be anything
 * @throws ConfigurationError for an option that cannot be, or a class without `@DomainEvent`
 */
export function registerHandler(
  where: string,
  handler: { name: string; event: EventClass; options: HandlerOptions; invoke: RegisteredHandler['invoke'] },
  worker: ResolvedOptions['consumer'],
  others: readonly string[] | undefined,
): RegisteredHandler {
  const { name, event, options, invoke } = handler;
  domainEventOf(event);
  demandOneSchema(event);
  const { retry, errors, timeoutMs, afterDeadLetter } = resolveHandlerOptions(where, options, worker, others);
  return { name, event, retry, errors, timeoutMs, parksKey: afterDeadLetter === 'park-key', invoke };
}
