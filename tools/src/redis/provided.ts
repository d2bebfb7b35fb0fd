/** The Redis of the shop. */
export interface ProvidedRedis {
  /** Its URL. It may hold a password: show `label` instead. */
  readonly url: string;
  /** Address and kind for people, without secrets. */
  readonly label: string;
  /** Where it comes from: `REDIS_URL`, a server started here, or a container started here. */
  readonly kind: 'given' | 'server' | 'container';
  /** How to run `redis-cli` on it, to be followed by a command; null if there is no `redis-cli`. */
  readonly cli: string | null;
  /** Stops what was started here, and removes its data. */
  stop(): Promise<void>;
  /** The same, but at once and without waiting, for a process that is about to exit. */
  abandon(): void;
}
