import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { findErrorLine, run } from './command.js';
import type { Log } from '../terminal/progress.js';

const UPDATE_DEADLINE_MS = 180_000;

/**
 * Does something with apt-get, without root: first with the package lists of the machine; if that fails, with new lists below
 * `work`.
 * @param attempt resolves with the reason if it fails, else with null
 * @returns the reason of the last failure, or null
 */
export async function withPackageLists(
  attempt: (aptOptions: readonly string[]) => Promise<string | null>,
  { work, log }: { work: string; log: Log },
): Promise<string | null> {
  if ((await attempt([])) === null) return null;
  const configuration = path.join(work, 'apt.conf');
  await mkdir(path.join(work, 'lists', 'partial'), { recursive: true });
  await mkdir(path.join(work, 'archives', 'partial'), { recursive: true });
  await writeFile(
    configuration,
    [
      `Dir::State::Lists "${work}/lists";`,
      `Dir::Cache "${work}";`,
      'Acquire::Languages "none";',
      // Without the machine's hooks that run after an update: they need root.
      '#clear APT::Update::Post-Invoke;',
      '#clear APT::Update::Post-Invoke-Success;',
      '',
    ].join('\n'),
  );
  log('fetching the package lists of this system …');
  // The result of the update is not checked: one of several sources may fail. What counts is whether the package is found.
  const update = await run('apt-get', ['-c', configuration, 'update'], { deadlineMs: UPDATE_DEADLINE_MS });
  const problem = await attempt(['-c', configuration]);
  const errorLine = findErrorLine(update.output);
  return problem === null || errorLine === undefined ? problem : `${problem} (${errorLine})`;
}
