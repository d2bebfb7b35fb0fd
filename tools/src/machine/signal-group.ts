/**
 * Sends a signal to a process group. Does nothing if the group has ended, or belongs to another user (sudo).
 * @param group the id of the group's first process
 */
export function signalGroup(group: number, signal: NodeJS.Signals) {
  try {
    process.kill(-group, signal);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code !== 'ESRCH' && code !== 'EPERM') throw error;
  }
}
