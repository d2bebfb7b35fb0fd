import { AsyncResource } from 'node:async_hooks';
import type { RegisteredHandler } from '../delivery/subscriptions.js';

const RESOURCE = 'EventHandler';
/** It has no destroy hook, for which Node.js would have to watch it. */
const LET_GO = { requireManualDestroy: true };

/** What a handler puts into an AsyncLocalStorage must not be there for the next one. */
export function inContextOfItsOwn(run: RegisteredHandler['invoke']): RegisteredHandler['invoke'] {
  return (event, delivery) => new AsyncResource(RESOURCE, LET_GO).runInAsyncScope(run, undefined, event, delivery);
}
