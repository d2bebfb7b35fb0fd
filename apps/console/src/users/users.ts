import { readFileSync, statSync } from 'node:fs';
import { Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { EnvironmentError } from '@shop/service';
import { ConsoleConfiguration } from '../configuration.js';
import { hashOf, hashOfNone } from './password.js';
import { parseUsers, type User } from './users-file.js';

/** How often the file is checked for changes, in milliseconds. */
const LOOK_EVERY_MS = 1000;
const MAX_FILE_BYTES = 2 ** 20;

/**
 * The users of the console: those of a file, which is read again when it changes, or one operator from the environment. If neither is set,
 * no login is required.
 */
@Injectable()
export class Users implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly logger = new Logger('console');
  private readonly listeners = new Set<() => void>();
  private timer: NodeJS.Timeout | undefined;
  private stamp = '';

  private constructor(
    private users: ReadonlyMap<string, User>,
    private readonly file: string,
    /** The user whose hash is checked for an unknown name, so that the check takes as long as for a known one. */
    readonly nobody: User,
  ) {
    if (file !== '') this.stamp = stampOf(file);
  }

  /** @throws EnvironmentError if the file of users cannot be read */
  static async of({ CONSOLE_USERS_FILE, CONSOLE_USERNAME, CONSOLE_PASSWORD }: ConsoleConfiguration): Promise<Users> {
    const users = new Map<string, User>();
    const nobody: User = { name: '', role: 'viewer', hash: hashOfNone() };
    if (CONSOLE_USERS_FILE !== '') {
      try {
        return new Users(read(CONSOLE_USERS_FILE), CONSOLE_USERS_FILE, nobody);
      } catch (error) {
        throw new EnvironmentError([`CONSOLE_USERS_FILE ${CONSOLE_USERS_FILE}: ${(error as Error).message}`]);
      }
    }
    if (CONSOLE_PASSWORD !== '') {
      users.set(CONSOLE_USERNAME, { name: CONSOLE_USERNAME, role: 'operator', hash: await hashOf(CONSOLE_PASSWORD) });
    }
    return new Users(users, '', nobody);
  }

  /** Whether a login is required. */
  get areThere(): boolean {
    return this.users.size > 0;
  }

  get(name: string): User | undefined {
    return this.users.get(name);
  }

  /** Whether a user who has logged in still exists, with the same password and role. */
  isCurrent(user: User): boolean {
    return this.users.get(user.name) === user;
  }

  /** Calls the listener whenever users have changed. */
  onChange(listener: () => void): void {
    this.listeners.add(listener);
  }

  onApplicationBootstrap(): void {
    if (this.file === '') return;
    this.timer = setInterval(() => {
      this.look();
    }, LOOK_EVERY_MS);
    this.timer.unref();
  }

  onModuleDestroy(): void {
    clearInterval(this.timer);
  }

  private look(): void {
    const stamp = stampOf(this.file);
    if (stamp === this.stamp) return;
    this.stamp = stamp;
    try {
      this.users = merged(this.users, read(this.file));
      this.logger.log(`The users of ${this.file} have changed; there are ${String(this.users.size)}`);
    } catch (error) {
      const why = (error as Error).message;
      this.logger.error(`${this.file} has changed and cannot be read; the previous users stay valid: ${why}`);
      return;
    }
    for (const listener of this.listeners) listener();
  }
}

/** A user who has not changed stays the same object, so that the change of one user logs no other user out. */
function merged(before: ReadonlyMap<string, User>, now: ReadonlyMap<string, User>): ReadonlyMap<string, User> {
  const isSame = (one: User, other: User | undefined): boolean =>
    other?.role === one.role && other.hash.key.equals(one.hash.key) && other.hash.salt.equals(one.hash.salt);
  return new Map(
    [...now].map(([name, user]) => {
      const known = before.get(name);
      return [name, known && isSame(user, known) ? known : user];
    }),
  );
}

/** Differs for different content; '' if there is no file. */
function stampOf(file: string): string {
  try {
    const { mtimeMs, ctimeMs, size, ino } = statSync(file);
    return [mtimeMs, ctimeMs, size, ino].join(' ');
  } catch {
    return '';
  }
}

function read(file: string): ReadonlyMap<string, User> {
  const { size } = statSync(file);
  if (size > MAX_FILE_BYTES) throw new Error(`expected at most ${String(MAX_FILE_BYTES)} bytes, got ${String(size)}`);
  return parseUsers(readFileSync(file, 'utf8'));
}
