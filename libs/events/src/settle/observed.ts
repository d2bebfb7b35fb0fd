import type { HandlerDelivery } from '../delivery/handler-delivery.js';
import type { SettledFacts } from '../model/instrumentation.js';
import type { SettlerParts } from './settler-parts.js';

/** Sends settlements by one call, which the instrumentation is told of, and notes that settling works. */
export async function observed<T>(
  { instrumentation, outages }: Pick<SettlerParts, 'instrumentation' | 'outages'>,
  deliveriesOf: () => readonly HandlerDelivery[],
  call: () => Promise<T>,
): Promise<T> {
  const operation = instrumentation.isOff ? undefined : instrumentation.settle(deliveriesOf().map(factsOf));
  const result = await (operation ? operation.until(operation.run(call)) : call());
  outages.succeeded('Settling');
  return result;
}

function factsOf({ inFlight, event, operation }: HandlerDelivery): SettledFacts {
  const { subscription, entry } = inFlight;
  const { id: entryId, fields } = entry;
  return { stream: subscription.streamName, entryId, fields, eventId: event?.event_id, operation };
}
