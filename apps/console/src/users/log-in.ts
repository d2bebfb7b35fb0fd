import { createHash } from 'node:crypto';
import { addressOf } from '@shop/access';
import type { Request, RequestHandler, Response } from 'express';
import { setUser } from '../access/actor.js';
import { problemOf } from '../access/problem.js';
import type { SecurityLog } from '../access/security-log.js';
import { Attempts } from './attempts.js';
import { deviceCookie, deviceOf } from './device.js';
import { isPassword } from './password.js';
import { TaskLimiter } from './task-limiter.js';
import type { User } from './users-file.js';
import type { Users } from './users.js';
import { Verified, type CredentialsKey } from './verified.js';

/** How many passwords are hashed at once, with 32 MiB each by default, and how many more may wait. */
const AT_ONCE = 2;
const WAITING = 100;
const BUSY_SECONDS = 5;
const MAX_PASSWORD_LENGTH = 1024;

/** Failures of one name from one address, or from a browser that has logged in before, as of a user who has forgotten a password. */
const OF_ONE = { free: 10, firstMs: 2000, maxMs: 300_000 };
/** Failures of one address with any names, as of an attacker who tries many names. */
const OF_ADDRESS = { free: 30, firstMs: 2000, maxMs: 60_000 };
/** Failures of one name from any address, as of a distributed attack. The delay is short, because it also affects the user's new devices. */
const OF_NAME = { free: 100, firstMs: 2000, maxMs: 30_000 };

interface Credentials {
  name: string;
  password: string;
  key: CredentialsKey;
}

/** The counters and keys of an attempt. */
type Counted = [attempts: Attempts, key: string][];

/**
 * Requires a log-in (HTTP Basic), and slows down password guessing: by address and name first, then by address, then by name. Failures only
 * delay the next attempt. The failures of others delay neither a user who is logged in nor a browser that has logged in before.
 */
export class LogIn {
  private readonly verified = new Verified();
  private readonly ofOne = new Attempts(OF_ONE);
  private readonly ofAddress = new Attempts(OF_ADDRESS);
  private readonly ofName = new Attempts(OF_NAME);
  private readonly turns = new TaskLimiter(AT_ONCE, WAITING);
  /** A page sends many requests at once with the same credentials: they share one check. */
  private readonly underWay = new Map<CredentialsKey, Promise<User | null>>();

  constructor(
    private readonly users: Users,
    private readonly log: SecurityLog,
  ) {
    users.onChange(() => {
      this.verified.clear();
    });
  }

  readonly handle: RequestHandler = (request, response, next) => {
    const credentials = this.credentialsOf(request);
    if (credentials === null) {
      askFor(response);
      return;
    }
    const known = this.verified.get(credentials.key);
    if (known) {
      setUser(request, known);
      next();
      return;
    }
    this.verify(request, response, credentials).then((user) => {
      if (!user) return;
      setUser(request, user);
      next();
    }, next);
  };

  private credentialsOf(request: Request): Credentials | null {
    const [, encoded] = /^Basic ([A-Za-z0-9+/=_-]{1,8192})\s*$/i.exec(request.headers.authorization ?? '') ?? [];
    if (encoded === undefined) return null;
    const given = Buffer.from(encoded, 'base64').toString('utf8');
    const colon = given.indexOf(':');
    if (colon === -1) return null;
    const [name, password] = [given.slice(0, colon), given.slice(colon + 1)];
    return { name, password, key: this.verified.keyOf(name, password) };
  }

  /** @returns the user; undefined if an error was already answered */
  private async verify(
    request: Request,
    response: Response,
    { name, password, key }: Credentials,
  ): Promise<User | undefined> {
    const known = this.users.get(name);
    const counted = this.countedBy(request, name, known);
    let looking = this.underWay.get(key);
    const isFirst = looking === undefined;
    if (isFirst) {
      const waitMs = longestWait(counted);
      if (waitMs > 0) {
        this.log.note('lock-out', request, 'too many failed log-ins', name);
        comeAgain(response, 'locked', Math.ceil(waitMs / 1000), 'Too many failed log-ins; try again later');
        return undefined;
      }
      looking = this.look(known, password, key);
      if (!looking) {
        comeAgain(response, 'busy', BUSY_SECONDS, 'Too many log-ins at once; try again in a moment');
        return undefined;
      }
      // Counted in advance: of many attempts at once, each must see the earlier ones.
      for (const [attempts, by] of counted) attempts.fail(by);
    }
    const user = await looking;
    // The file may have changed meanwhile.
    if (user && this.users.isCurrent(user)) {
      const [[ofOne, one] = [], ...others] = counted;
      if (ofOne && one !== undefined) ofOne.forget(one);
      if (isFirst) for (const [attempts, by] of others) attempts.undo(by);
      this.verified.add(key, user);
      if (deviceOf(request, user) === null) response.append('Set-Cookie', deviceCookie(user));
      return user;
    }
    for (const [attempts, by] of counted) {
      if (isFirst) attempts.confirm(by);
      else attempts.fail(by);
    }
    const delayMs = longestWait(counted);
    const then = delayMs > 0 ? `; the next try is in ${String(Math.ceil(delayMs / 1000))} s` : '';
    this.log.note('failed-login', request, `wrong name or password${then}`, name);
    askFor(response);
    return undefined;
  }

  private countedBy(request: Request, name: string, known: User | undefined): Counted {
    const device = deviceOf(request, known);
    if (device !== null) return [[this.ofOne, `device ${device}`]];
    // A hash of the name bounds the memory.
    const whom = createHash('sha256').update(name).digest('base64');
    const address = addressOf(request);
    return [
      [this.ofOne, `${address} ${whom}`],
      [this.ofAddress, address],
      [this.ofName, whom],
    ];
  }

  /** @returns the user with this password; null if there is none; undefined if too many attempts wait */
  private look(known: User | undefined, password: string, key: CredentialsKey): Promise<User | null> | undefined {
    // A password that is too long is shortened and so wrong; the check takes as long as any other.
    const tried = password.slice(0, MAX_PASSWORD_LENGTH);
    const work = this.turns.take(async () => {
      const isRight = await isPassword(tried, (known ?? this.users.nobody).hash);
      return isRight && known && tried === password ? known : null;
    });
    if (!work) return undefined;
    this.underWay.set(key, work);
    const end = (): void => {
      this.underWay.delete(key);
    };
    work.then(end, end);
    return work;
  }
}

function longestWait(counted: Counted): number {
  return Math.max(...counted.map(([attempts, by]) => attempts.waitMs(by)));
}

function askFor(response: Response): void {
  response
    .status(401)
    .header('WWW-Authenticate', 'Basic realm="console", charset="UTF-8"')
    .json(problemOf('unauthorized', 'Expected the name and the password of a user of this console'));
}

function comeAgain(response: Response, code: 'locked' | 'busy', seconds: number, message: string): void {
  response
    .header('Retry-After', String(seconds))
    .status(code === 'locked' ? 429 : 503)
    .json(problemOf(code, `${message} (in ${String(seconds)} s)`));
}
