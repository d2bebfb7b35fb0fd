import { Redis, type RedisOptions } from 'ioredis';

/** Gives the password that counts at present, such as one that a vault renews. It is asked before each connection. */
export type PasswordSource = () => string | Promise<string>;

/** What is asked before each connection for what counts then. */
export interface CredentialSources {
  password?: PasswordSource | undefined;
  /** Reads user, password, certificates and key from their files. */
  files?: (() => Pick<RedisOptions, 'username' | 'password' | 'tls'>) | undefined;
}

/** What the log says of a source that has failed; its own error may hold a secret, and is the cause. */
class PasswordError extends Error {
  override readonly name = 'PasswordError';
}

/** What is not named anew counts no more. */
const NOBODY = { username: undefined, password: undefined };

/** An ioredis client that asks for its credentials before it connects, each time: those that were renewed meanwhile count. */
export class RedisWithChangingCredentials extends Redis {
  private connecting: Promise<void> | undefined;
  private isGivenUp = false;
  private wake: () => void = () => undefined;

  /**
   * @param answerMs how long a source may take, in milliseconds
   * @param pauseMs how long to wait after so many failures of it before it is asked again, in milliseconds
   */
  constructor(
    options: RedisOptions & { replyMapping: 'legacy' },
    private readonly sources: CredentialSources,
    private readonly answerMs: number,
    private readonly pauseMs: (failures: number) => number,
  ) {
    super({ ...options, lazyConnect: true });
  }

  override connect(): Promise<void> {
    this.connecting ??= this.signIn().finally(() => {
      this.connecting = undefined;
    });
    return this.connecting;
  }

  override disconnect(reconnect = false): void {
    if (!reconnect) {
      this.isGivenUp = true;
      this.wake();
    }
    super.disconnect(reconnect);
  }

  private isOver(): boolean {
    return this.isGivenUp;
  }

  private async signIn(): Promise<void> {
    // ioredis comes here again after a connection that was closed; of one that never began it would not know.
    for (let failures = 1; !this.isOver(); failures += 1) {
      try {
        // The connector has these options, too: it takes the present ones.
        if (this.sources.files) Object.assign(this.options, NOBODY, this.sources.files());
        if (this.sources.password) this.options.password = await this.ask(this.sources.password);
        break;
      } catch (error) {
        if (this.isOver()) break;
        this.emit('error', error);
        await this.pause(this.pauseMs(failures));
      }
    }
    if (this.isOver()) throw new Error('Connection is closed.');
    return super.connect();
  }

  private async ask(source: PasswordSource): Promise<string> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => {
        reject(new PasswordError(`the function that gives the password took longer than ${String(this.answerMs)} ms`));
      }, this.answerMs);
    });
    try {
      const password: unknown = await Promise.race([answerOf(source), late]);
      if (typeof password === 'string') return password;
    } finally {
      clearTimeout(timer);
    }
    throw new PasswordError('the function that gives the password gave none');
  }

  private pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

async function answerOf(source: PasswordSource): Promise<string> {
  try {
    return await source();
  } catch (cause) {
    throw new PasswordError('the function that gives the password has failed', { cause });
  }
}
