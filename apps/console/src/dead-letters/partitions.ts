import { Problem } from '../access/problem.js';
import type { Surveyor } from '../observe/surveyor.js';

/** @throws Problem where streams have partitions: their dead letters are not shown here */
export function requireOnePartition({ partitionCount }: Surveyor): void {
  if (partitionCount === 1) return;
  throw new Problem(
    'partitioned',
    `These streams have ${String(partitionCount)} partitions, and the console shows dead letters only of streams without partitions: ` +
      'list, replay and discard them with DeadLetters of the library',
  );
}
