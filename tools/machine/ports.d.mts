/** A port of the loopback interface that is free now; another process may take it in the next moment. */
export function findFreePort(): Promise<number>;

/** Why a port of the loopback interface cannot be listened on, or null where it can. */
export function portProblem(port: number): Promise<string | null>;
