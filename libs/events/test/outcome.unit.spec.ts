import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DeliveryLostError, UnrecoverableError } from '../src/model/errors/delivery.js';
import { EventDecodeError, EventValidationError, UnknownEventError } from '../src/model/errors/event.js';
import { RedisTimeoutError, RedisUnavailableError } from '../src/model/errors/redis.js';
import { TransactionConflictError, TransactionRefusedError } from '../src/model/errors/transaction.js';
import {
  isFailure,
  outcomeBeforehand,
  outcomeOf,
  outcomeOfExhausted,
  outcomeOfUnexpected,
  outcomeOfUnreadable,
  type DeadLetterReason,
} from '../src/model/outcome.js';

const policy = { attempts: 3, firstDelayMs: 100, maxDelayMs: 1000 };

/** What Redis refuses a command with, as ioredis throws it. */
function reply(message: string): Error {
  return Object.assign(new Error(message), { name: 'ReplyError' });
}

describe('outcomeOf', () => {
  it('tries again while attempts are left, and counts the failure', () => {
    const error = new Error('the gateway is down');
    expect(outcomeOf(error, 1, policy, 0)).toEqual({ kind: 'retry', delayMs: 50, counts: true, error });
    expect(outcomeOf(error, 2, policy, 0)).toEqual({ kind: 'retry', delayMs: 100, counts: true, error });
  });

  it('makes a dead letter of what failed as often as it may', () => {
    const error = new Error('the gateway is down');
    expect(outcomeOf(error, 3, policy, 0)).toEqual({ kind: 'dead-letter', reason: 'exhausted', error });
    expect(outcomeOf(error, 1, { ...policy, attempts: 1 }, 0)).toMatchObject({ kind: 'dead-letter' });
    // Fewer attempts than an earlier version of the handler had are no reason to go on.
    expect(outcomeOf(error, 7, policy, 0)).toMatchObject({ kind: 'dead-letter', reason: 'exhausted' });
  });

  it('makes a dead letter of an UnrecoverableError and of its subclasses at once', () => {
    class NoSuchOrder extends UnrecoverableError {}
    const error = new NoSuchOrder('order 7 does not exist');
    expect(outcomeOf(error, 1, policy, 0)).toEqual({ kind: 'dead-letter', reason: 'unrecoverable', error });
    expect(error.name).toBe('NoSuchOrder');
  });

  it('retries a refused transaction as a failure of the handler', () => {
    const error = new TransactionRefusedError('HSET stock: expected a hash, it holds a list');
    expect(outcomeOf(error, 1, policy, 0)).toMatchObject({ kind: 'retry', counts: true });
    expect(outcomeOf(error, 3, policy, 0)).toMatchObject({ kind: 'dead-letter', reason: 'exhausted' });
  });

  it('abandons what is no longer its own', () => {
    const error = new DeliveryLostError('notes 1-0');
    expect(outcomeOf(error, 1, policy, 0)).toEqual({ kind: 'abandon', error });
    const missing = reply("NOGROUP No such key 'notes' or consumer group 'testers'");
    expect(outcomeOf(missing, 3, policy, 0)).toEqual({ kind: 'abandon', error: missing });
    expect(outcomeOf(reply('UNBLOCKED the stream key no longer exists'), 1, policy, 0)).toMatchObject({
      kind: 'abandon',
    });
  });

  it.each([
    new RedisUnavailableError('127.0.0.1:6379', 'the connection was closed'),
    new RedisTimeoutError('127.0.0.1:6379', 5000),
    new TransactionConflictError(20, 'stock'),
    reply('LOADING Redis is loading the dataset in memory'),
    reply("READONLY You can't write against a read only replica."),
    reply('NOREPLICAS Not enough good replicas to write.'),
    reply("OOM command not allowed when used memory > 'maxmemory'."),
    reply('BUSY Redis is busy running a script.'),
    reply('MASTERDOWN Link with MASTER is down'),
    reply('CLUSTERDOWN Hash slot not served'),
    reply('NOPERM this user has no permissions to run the command'),
    reply("ERR The user executing the script can't run this command or subcommand script: c8c5, on @user_script:1."),
    reply("ERR ACL failure in script: User orders has no permissions to run the 'hmget' command script: c8c5"),
    reply('ERR ACL failure in script: No permissions to access a key script: c8c5, on @user_script:1.'),
  ])('waits without counting when the event is not to blame: $message', (error) => {
    // Beyond the last attempt, too: an outage makes no dead letters.
    for (const attempt of [1, 3, 500]) {
      const outcome = outcomeOf(error, attempt, policy, 0.5);
      expect(outcome).toMatchObject({ kind: 'retry', counts: false, error });
      expect(outcome.kind === 'retry' && outcome.delayMs).toBeGreaterThan(0);
    }
  });

  it.each(['BUSY line, call again', 'OOM in the renderer', 'NOGROUP of friends', 'UNBLOCKED by the admin'])(
    "counts a handler's own error that only reads like one of Redis: %s",
    (message) => {
      expect(outcomeOf(new Error(message), 1, policy, 0)).toMatchObject({ kind: 'retry', counts: true });
    },
  );

  it('makes an Error of whatever else was thrown', () => {
    const bare: unknown = Object.create(null);
    for (const thrown of [undefined, null, 0, 'text', Symbol('s'), { code: 7 }, bare]) {
      const outcome = outcomeOf(thrown, 1, policy, 0);
      expect(outcome).toMatchObject({ kind: 'retry', counts: true });
      expect(outcome.kind === 'retry' && outcome.error).toBeInstanceOf(Error);
    }
    expect(outcomeOf('no stock', 1, policy, 0)).toMatchObject({ error: { message: 'The handler threw no stock' } });
  });

  it('gives one of the four outcomes for anything that can be thrown', () => {
    fc.assert(
      fc.property(fc.anything({ withNullPrototype: true }), fc.integer({ min: 1, max: 9 }), (thrown, attempt) => {
        expect(['retry', 'dead-letter']).toContain(outcomeOf(thrown, attempt, policy, 0).kind);
      }),
    );
  });
});

describe('outcomeOfUnreadable', () => {
  it('names the reason', () => {
    const reasons = [
      [new EventDecodeError('data is not JSON'), 'undecodable'],
      [new UnknownEventError('note_burnt', '1.0', ['note_taken 1']), 'unknown'],
      [new EventValidationError('note_taken', [{ path: 'topic', message: 'topic must be a string' }]), 'invalid'],
      [new RangeError('Maximum call stack size exceeded'), 'invalid'],
    ] as const;
    for (const [error, reason] of reasons) {
      expect(outcomeOfUnreadable(error)).toEqual({ kind: 'dead-letter', reason, error });
    }
  });
});

describe('rules', () => {
  class Declined extends UnrecoverableError {}

  it('go before the defaults, the first that fits', () => {
    const error = new Declined('declined');
    const decide = (...actions: ('retry' | 'dead-letter' | 'acknowledge')[]) =>
      outcomeOf(
        error,
        1,
        policy,
        0,
        actions.map((action) => ({ error: Declined, action })),
      );
    expect(decide('acknowledge', 'retry')).toEqual({ kind: 'acknowledge', error });
    expect(decide('dead-letter')).toMatchObject({ kind: 'dead-letter', reason: 'unrecoverable' });
    // Also what is unrecoverable otherwise.
    expect(decide('retry')).toMatchObject({ kind: 'retry', counts: true });
    expect(decide()).toMatchObject({ kind: 'dead-letter' });
  });

  it('do not go before what is no failure of the event', () => {
    const rules = [{ error: Error, action: 'acknowledge' as const }];
    expect(outcomeOf(new DeliveryLostError('notes 1-0'), 1, policy, 0, rules)).toMatchObject({ kind: 'abandon' });
    expect(outcomeOf(new RedisTimeoutError('host:1', 5), 1, policy, 0, rules)).toMatchObject({
      kind: 'retry',
      counts: false,
    });
  });
});

describe('outcomeOfUnexpected', () => {
  it('abandons a delivery that was lost', () => {
    const losses = [
      new DeliveryLostError('notes 1-0'),
      new RedisUnavailableError('host:1', 'away'),
      reply('NOGROUP No such group'),
    ];
    for (const error of losses) expect(outcomeOfUnexpected(error)).toEqual({ kind: 'abandon', error });
  });

  it('makes a dead letter after any other error', () => {
    const error = new TypeError('not foreseen');
    expect(outcomeOfUnexpected(error)).toEqual({ kind: 'dead-letter', reason: 'unrecoverable', error });
  });
});

describe('outcomeOfExhausted', () => {
  it('is a dead letter that names the handler and its failures', () => {
    const outcome = outcomeOfExhausted('billing', 3);
    expect(outcome).toMatchObject({
      kind: 'dead-letter',
      reason: 'exhausted',
      error: { name: 'AttemptsExhaustedError' },
    });
    expect(outcome).toHaveProperty('error.message', expect.stringMatching(/billing.*3|3.*billing/));
  });
});

describe('isFailure', () => {
  const error = new Error('any');
  const deadLetter = (reason: DeadLetterReason) => isFailure({ kind: 'dead-letter', reason, error });

  it('holds for attempts that have failed', () => {
    expect(isFailure({ kind: 'retry', delayMs: 1, counts: true, error })).toBe(true);
    for (const reason of ['unrecoverable', 'exhausted'] as const) expect(deadLetter(reason)).toBe(true);
  });

  it('does not hold for what was not attempted, or did not fail by itself', () => {
    expect(isFailure({ kind: 'retry', delayMs: 1, counts: false, error })).toBe(false);
    for (const reason of ['parked', 'crashed'] as const) expect(deadLetter(reason)).toBe(false);
    expect(isFailure({ kind: 'commit' })).toBe(false);
    for (const kind of ['acknowledge', 'abandon'] as const) expect(isFailure({ kind, error })).toBe(false);
  });
});

describe('outcomeBeforehand', () => {
  const known = { crashes: 0, isParked: false, partitionKey: 'a' };

  it('is known of a parked event, and of one whose quarantine runs have crashed twice', () => {
    expect(outcomeBeforehand('billing', known)).toBeUndefined();
    expect(outcomeBeforehand('billing', { ...known, crashes: 1 })).toBeUndefined();
    expect(outcomeBeforehand('billing', { ...known, crashes: 2 })).toMatchObject({ reason: 'crashed' });
    expect(outcomeBeforehand('billing', { ...known, isParked: true })).toMatchObject({ reason: 'parked' });
  });
});
