import { AsyncResource } from 'node:async_hooks';
import type { RegisteredHandler } from '../delivery/subscriptions.js';

const RESOURCE = 'EventHandler';
/** Without a destroy hook, for which Node.js would have to watch the resource. */
const WITHOUT_DESTROY = { requireManualDestroy: true };

/** Runs a handler in an async context of its own: the next handler must not find what this one has put into an AsyncLocalStorage. */
export function inContextOfItsOwn(run: RegisteredHandler['invoke']): RegisteredHandler['invoke'] {
  return (event, delivery) =>
    new AsyncResource(RESOURCE, WITHOUT_DESTROY).runInAsyncScope(run, undefined, event, delivery);
}
