/**
 * Runs a shell script once this process is gone, however it went (exit, crash, SIGKILL).
 * @returns calls it off
 */
export function lastWill(script: string, args: readonly string[]): () => void;

/**
 * Ends a process group once this process is gone; `graceSeconds` lie between SIGTERM and SIGKILL.
 * @returns calls it off
 */
export function endGroupAfterMe(group: number, graceSeconds: number): () => void;

/**
 * Removes a folder once this process is gone.
 * @returns calls it off
 */
export function removeAfterMe(directory: string): () => void;
