import { Redis, type RedisOptions } from 'ioredis';

/** Gives the password that counts at present, such as one that a vault renews. It is asked before each connection. */
export type PasswordSource = () => string | Promise<string>;

/** What the log says of a source that has failed; its own error may hold a secret, and is the cause. */
class PasswordError extends Error {
  override readonly name = 'PasswordError';
}

/** An ioredis client that asks for its password before it connects, each time: one that was renewed meanwhile counts. */
export class RedisWithChangingPassword extends Redis {
  private connecting: Promise<void> | undefined;
  private isGivenUp = false;
  private wake: () => void = () => undefined;

  /**
   * @param answerMs how long the source may take, in milliseconds
   * @param pauseMs how long to wait after so many failures of it before it is asked again, in milliseconds
   */
  constructor(
    options: RedisOptions & { replyMapping: 'legacy' },
    private readonly source: PasswordSource,
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
        this.options.password = await this.ask();
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

  private async ask(): Promise<string> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => {
        reject(new PasswordError(`the function that gives the password took longer than ${String(this.answerMs)} ms`));
      }, this.answerMs);
    });
    try {
      const password: unknown = await Promise.race([this.answer(), late]);
      if (typeof password === 'string') return password;
    } finally {
      clearTimeout(timer);
    }
    throw new PasswordError('the function that gives the password gave none');
  }

  private async answer(): Promise<string> {
    try {
      return await this.source();
    } catch (cause) {
      throw new PasswordError('the function that gives the password has failed', { cause });
    }
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
