/** How long handlers may keep the event loop to themselves, in milliseconds, before everything else gets its turn. */
const MAX_TURN_MS = 10;

/** When the first handler of this turn of the event loop began, by `performance.now()`; 0 while none has. */
let beganMs = 0;
/** Handlers that were begun in this turn. */
let begun = 0;
/** How many may be. Those that await nothing but what is there already go on until all that were begun have ended. */
let most = Infinity;
let next: Promise<void> | undefined;

/**
 * Asks, before a handler is begun, whether those of this turn of the event loop have had their time, all workers of the process
 * together. Handlers that only compute, or await nothing but what is there already, would run to the end of what was read, and
 * meanwhile no claim is renewed, no reply is read and no health is told.
 *
 * @returns undefined when it may begin; else what resolves in a later turn, when it must be asked again
 */
export function turnIsOver(): Promise<void> | undefined {
  const now = performance.now();
  if (beganMs === 0) {
    beganMs = now;
    setImmediate(end);
  } else if (begun >= most || now - beganMs >= MAX_TURN_MS) {
    // Behind what the handlers have asked for in this turn: their settlements are sent first.
    return (next ??= new Promise((resolve) => {
      setImmediate(() => {
        end();
        next = undefined;
        resolve();
      });
    }));
  }
  begun += 1;
  return undefined;
}

function end(): void {
  if (beganMs === 0) return;
  const lastedMs = performance.now() - beganMs;
  if (lastedMs > MAX_TURN_MS) most = Math.max(1, Math.floor((begun * MAX_TURN_MS) / lastedMs));
  else if (begun >= most) most *= 2;
  beganMs = 0;
  begun = 0;
}
