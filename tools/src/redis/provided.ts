/** The Redis that the shop runs on, wherever it comes from. */
export interface ProvidedRedis {
  /** Its address; it may hold a password, so show `label` instead. */
  readonly url: string;
  /** Address and kind for people, without secrets. */
  readonly label: string;
  /** Where it comes from: `REDIS_URL`, a server started here, or a container started here. */
  readonly kind: 'given' | 'server' | 'container';
  /** How to run `redis-cli` on it, to be followed by a command, or null where there is none. */
  readonly cli: string | null;
  /** Stops what was started here, and removes its data. */
  stop(): Promise<void>;
  /** The same at once and without waiting, for a process that is about to exit. */
  abandon(): void;
}
