import type { RedisConnection } from '../connection/redis-connection.js';
import {
  consumersOf,
  groupsOf,
  lengthOf,
  NOW,
  pendingOf,
  range,
  rangeBack,
  streamInfo,
  type ConsumerRow,
  type GroupRow,
  type PendingSummary,
  type Question,
  type StreamRow,
} from './questions.js';
import type { StreamEntry } from './stream-client.js';

/** What questions are answered with, in their order. */
export type Answers<Q extends readonly Question<unknown>[]> = {
  -readonly [I in keyof Q]: Q[I] extends Question<infer T> ? T : never;
};

/** The Redis commands that look and change nothing, typed. */
export class MonitorClient {
  constructor(private readonly connection: RedisConnection) {}

  /**
   * Asks several questions in one round trip; other clients' commands may run between them.
   *
   * @throws ioredis' ReplyError when Redis refuses one of them; RedisUnavailableError when it is away
   */
  async askAll<const Q extends readonly Question<unknown>[]>(questions: Q): Promise<Answers<Q>> {
    if (questions.length === 0) return [] as unknown as Answers<Q>;
    const replies = await this.connection.call(async (redis) => {
      const commands = questions.map(({ command: [name, ...args] }) => ['call', name, ...args]);
      const answers = (await redis.pipeline(commands).exec()) ?? [];
      // Thrown in here, so that the connection says which of them are outages.
      return answers.map(([error, reply], index) => {
        if (error !== null && !isMissing(error, questions[index])) throw error;
        return { isMissing: error !== null, reply };
      });
    });
    return questions.map((question, index) => {
      const { isMissing: missing = true, reply } = replies[index] ?? {};
      return missing ? question.missing : question.read(reply);
    }) as Answers<Q>;
  }

  async ask<T>(question: Question<T>): Promise<T> {
    const [answer] = await this.askAll([question]);
    return answer;
  }

  /** @returns null when there is no such stream */
  stream(key: string): Promise<StreamRow | null> {
    return this.ask(streamInfo(key));
  }

  groups(key: string): Promise<GroupRow[]> {
    return this.ask(groupsOf(key));
  }

  consumers(key: string, group: string): Promise<ConsumerRow[]> {
    return this.ask(consumersOf(key, group));
  }

  pending(key: string, group: string): Promise<PendingSummary> {
    return this.ask(pendingOf(key, group));
  }

  range(key: string, from: string, to: string, count: number): Promise<StreamEntry[]> {
    return this.ask(range(key, from, to, count));
  }

  /** The last entries, latest first. */
  latest(key: string, count: number): Promise<StreamEntry[]> {
    return this.ask(rangeBack(key, '+', '-', count));
  }

  length(key: string): Promise<number> {
    return this.ask(lengthOf(key));
  }

  /** The server's clock, which entry ids are made from: milliseconds since 1970. */
  now(): Promise<number> {
    return this.ask(NOW);
  }
}

function isMissing(error: Error, question: Question<unknown> | undefined): boolean {
  const expected =
    question?.isOptional === true ? /^(ERR no such key|NOGROUP|NOPERM|ERR unknown)/ : /^(ERR no such key|NOGROUP)/;
  return error.name === 'ReplyError' && expected.test(error.message);
}
