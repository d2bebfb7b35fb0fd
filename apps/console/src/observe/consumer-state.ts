import type { ConsumerRow } from 'nestjs-event-streams';
import { awaitedBy, type ReaderConnection } from 'nestjs-event-streams/internal';
import type { ConsumerState } from '../contract/overview.js';

/** How the library names its workers: host, process id, six random hexadecimal digits. */
const LIBRARY_NAME = /.-\d+-[0-9a-f]{6}$/;

/** A worker that neither waits at the server nor renews what it holds for so long stands still. */
const STALLED_MS = 12_000;

/** Whether a consumer is a worker, and does not stand for what waits for a handler. */
export function isWorker(consumer: string): boolean {
  return awaitedBy(consumer) === undefined;
}

/** How a consumer is; see the contract. @param workers null when connections cannot be seen */
export function consumerState(
  { name, idleMs }: Pick<ConsumerRow, 'name' | 'idleMs'>,
  workers: ReadonlyMap<string, ReaderConnection> | null,
): ConsumerState {
  if (!isWorker(name)) return 'waiting';
  const worker = workers?.get(name);
  if (worker) {
    const isSilent = !worker.isWaiting && worker.idleMs >= STALLED_MS && idleMs >= STALLED_MS;
    return isSilent ? 'stalled' : 'reading';
  }
  return workers && LIBRARY_NAME.test(name) ? 'gone' : 'unknown';
}
