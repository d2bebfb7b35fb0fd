import { Injectable, Logger } from '@nestjs/common';
import { bounded } from 'nestjs-event-streams/text';
import { asText, RedisConnection } from 'nestjs-event-streams';
import { Keyspace } from 'nestjs-event-streams/internal';
import type { Actor } from '../access/actor.js';
import { ConsoleConfiguration } from '../configuration.js';
import type { ActionName } from '../contract/actions.js';

/** An action that is about to run. */
export interface Action {
  action: ActionName;
  /** What it changes: a stream, or a service of the shop. */
  target: string;
  ids?: readonly string[];
  details?: string;
  why?: string | undefined;
  /** The name that the caller gave; used only if no login is required. */
  by?: string | undefined;
}

const MAX_IDS = 1000;
const MAX_TEXT_LENGTH = 500;
const DAY_MS = 86_400_000;
/** Allowed when Redis is out of memory: a discard, which is logged first, frees memory. */
const APPEND = '#!lua flags=allow-oom\nreturn redis.call("XADD", KEYS[1], unpack(ARGV))';
/** An action has two entries: one for its start and one for its outcome. */
const ENTRIES_OF_ACTION = 2;

/**
 * Logs the changes that the console makes, in an append-only stream of Redis: the start of each action, and its outcome. Old entries are
 * trimmed, see `CONSOLE_ACTIONS_KEPT`.
 */
@Injectable()
export class ActionLog {
  private readonly logger = new Logger('console');

  constructor(
    private readonly connection: RedisConnection,
    private readonly keyspace: Keyspace,
    private readonly config: ConsoleConfiguration,
  ) {}

  /**
   * Runs an action and logs it.
   *
   * @param work is not started if the log cannot be written
   * @param told describes the result in words
   * @throws what the log or the work throws
   */
  async run<T>(actor: Actor, action: Action, work: () => Promise<T>, told: (result: T) => string): Promise<T> {
    const id = await this.begin(actor, action);
    let result: T;
    try {
      result = await work();
    } catch (error) {
      await this.end(id, 'failed', error instanceof Error ? error.message : 'for an unknown reason');
      throw error;
    }
    await this.end(id, 'done', told(result));
    return result;
  }

  private begin({ user, role, address }: Actor, { action, target, ids = [], ...rest }: Action): Promise<string> {
    const { details = '', why = '', by = '' } = rest;
    const oldest = Date.now() - this.config.CONSOLE_ACTIONS_KEPT_DAYS * DAY_MS;
    return this.append(['MINID', '~', String(Math.max(0, oldest))], {
      phase: 'begun',
      action,
      target,
      ids: ids.slice(0, MAX_IDS).join(' '),
      count: String(ids.length),
      details: bounded(details, MAX_TEXT_LENGTH),
      why: bounded(why, MAX_TEXT_LENGTH),
      by: bounded(user?.name ?? by, MAX_TEXT_LENGTH),
      verified: String(user !== null),
      role,
      address,
    });
  }

  /** Never throws: the action has already run. */
  private async end(id: string, outcome: 'done' | 'failed', result: string): Promise<void> {
    const most = this.config.CONSOLE_ACTIONS_KEPT * ENTRIES_OF_ACTION;
    try {
      await this.append(['MAXLEN', '~', String(most)], {
        phase: outcome,
        of: id,
        result: bounded(result, MAX_TEXT_LENGTH),
      });
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      this.logger.error(`The outcome of action ${id} (${outcome}: ${result}) could not be logged: ${why}`);
    }
  }

  private async append(trim: readonly string[], fields: Record<string, string>): Promise<string> {
    const args = [...trim, '*', ...Object.entries(fields).flat()];
    return asText(await this.connection.command('EVAL', APPEND, 1, this.keyspace.operatorActions(), ...args), 'XADD');
  }
}
