import type { EventClass } from '../model/domain-event.js';
import { domainEventOf } from '../model/domain-event.js';
import type { HandlerOptions } from '../options/handler-options.js';
import { resolveErrorRules, resolveRetry, resolveTimeout, type ResolvedOptions } from '../options/options.js';
import { demandOneSchema } from '../validate/schema.js';
import type { RegisteredHandler } from '../delivery/subscriptions.js';

/**
 * A handler with every option in its place.
 *
 * @param where what a mistake is said of: `@EventHandler on OrderHandlers.onOrderPlaced`
 * @throws ConfigurationError for an option that cannot be, or a class without `@DomainEvent`
 */
export function registerHandler(
  where: string,
  handler: { name: string; event: EventClass; options: HandlerOptions; invoke: RegisteredHandler['invoke'] },
  { retry, timeoutMs }: ResolvedOptions['consumer'],
): RegisteredHandler {
  const { name, event, options, invoke } = handler;
  domainEventOf(event);
  demandOneSchema(event);
  return {
    name,
    event,
    retry: resolveRetry(`${where}: retry`, options.retry, retry),
    errors: resolveErrorRules(`${where}: errors`, options.errors),
    timeoutMs: resolveTimeout(`${where}: timeoutMs`, options.timeoutMs ?? timeoutMs),
    parksKey: options.afterDeadLetter === 'park-key',
    invoke,
  };
}
