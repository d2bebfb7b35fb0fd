import type { ConsumerRow } from 'nestjs-event-streams';
import { awaitedBy, type ReaderConnection } from 'nestjs-event-streams/internal';
import type { ConsumerState } from '../contract/overview.js';

/** The names that the library gives its workers: host, process id, six random hexadecimal digits. */
const LIBRARY_NAME = /.-\d+-[0-9a-f]{6}$/;

/** A connected worker is stalled if it sends no command for this long, in milliseconds. */
const STALLED_MS = 12_000;

/** Whether a consumer is a worker, and not the holder of events that wait for a handler. */
export function isWorker(consumer: string): boolean {
  return awaitedBy(consumer) === undefined;
}

/** The state of a consumer; see the contract. @param workers null if connections cannot be listed */
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
