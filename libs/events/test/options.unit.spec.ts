import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { DomainEvent } from '../src/model/domain-event.js';
import { ConfigurationError } from '../src/model/errors/configuration.js';
import { resolveHandlerOptions } from '../src/options/handler-options.js';
import { resolveModuleOptions, type EventsModuleOptions } from '../src/nest/module-options.js';
import { resolveOptions } from '../src/options/options.js';
import { OptionName } from '../src/options/check.js';
import { DEFAULT_RETRY, resolveErrorRules, resolveRetry } from '../src/options/retry-options.js';
import type { ErrorRule } from '../src/model/retry-policy.js';
import { Keyspace } from '../src/stream/keys/keyspace.js';

const least: EventsModuleOptions = { redis: 'redis://127.0.0.1:6379', prefix: 'shop', source: 'order_service' };

function resolving(options: Record<string, unknown>) {
  return () => resolveModuleOptions({ ...least, ...options });
}

describe('resolveModuleOptions', () => {
  it('puts every default in', () => {
    expect(resolveModuleOptions(least)).toEqual({
      ...least,
      caller: 'EventsModule',
      state: 'order_service',
      group: undefined,
      startFrom: 'beginning',
      ignore: [],
      partitions: 1,
      sharedState: false,
      globalEnhancers: false,
      commandTimeoutMs: 5000,
      logFailures: true,
      erasure: false,
      consumer: {
        concurrency: 16,
        readAhead: 1024,
        readAheadBytes: 67_108_864,
        batchSize: 200,
        blockMs: 2000,
        claimAfterMs: 30_000,
        forgetAfterMs: 300_000,
        leaseMs: 15_000,
        drainMs: 10_000,
        timeoutMs: 60_000,
        overrunMs: 60_000,
        unknown: 'wait',
        unknownGraceMs: 600_000,
        unsafeIntegers: 'refuse',
        maxBytes: 1_048_576,
        maxDepth: 100,
        maxProperties: 10_000,
        maxItems: 10_000,
        retry: DEFAULT_RETRY,
      },
      producer: {
        timeoutMs: 10_000,
        bufferLimit: 10_000,
        bufferBytes: 67_108_864,
        idempotencyMs: 86_400_000,
        maxBytes: 1_048_576,
        maxDepth: 100,
        maxProperties: 10_000,
        maxItems: 10_000,
        acks: 'received',
        replicas: 0,
      },
      deadLetters: { maxBytes: 1_114_112, maxLength: 100_000, maxAgeMs: 0, maxPerSecond: 1000 },
      retention: {},
    });
  });

  it('knows the options of the README, and each of them has the default that the README says', () => {
    const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
    const rows = [...readme.matchAll(/^\| (`[^|]+`) +\| ([^|]*?) +\|/gm)].flatMap(([, names = '', text = '']) => {
      const paths = [...names.matchAll(/`([\w.]+)`/g)].map(([, name = '']) => name);
      const group = paths[0]?.includes('.') ? paths[0].replace(/\w+$/, '') : '';
      const values = text.split(', ');
      return paths.map((name, index) => [name.includes('.') ? name : group + name, values[index] ?? ''] as const);
    });
    const told = new Map(rows.map(([name, text]) => [name, text.replaceAll('`', '')]));
    const resolved = Object.entries(resolveModuleOptions(least)).filter(([name]) => name !== 'caller');
    const defaults = resolved.flatMap(([name, value]: [string, unknown]) =>
      ['consumer', 'producer', 'deadLetters'].includes(name)
        ? Object.entries(value as object).map(([inner, own]: [string, unknown]) => [`${name}.${inner}`, own] as const)
        : [[name, value] as const],
    );
    for (const [name, value] of defaults) {
      expect([...told.keys()]).toContain(name);
      if (['string', 'number', 'boolean'].includes(typeof value) && !(name in least) && told.get(name) !== 'source') {
        if (name !== 'producer.replicas') expect(told.get(name), name).toBe(String(value));
      }
    }
  });

  it('keeps what is given', () => {
    const given = {
      ...least,
      state: 'orders.v2',
      group: 'order-workers',
      startFrom: 'now',
      partitions: 8,
      sharedState: true,
      globalEnhancers: true,
      commandTimeoutMs: 100,
      logFailures: false,
      erasure: true,
      consumer: {
        concurrency: 1,
        readAhead: 2,
        readAheadBytes: 1,
        batchSize: 3,
        blockMs: 10,
        claimAfterMs: 100,
        forgetAfterMs: 100,
        leaseMs: 300,
        drainMs: 0,
        timeoutMs: 0,
        overrunMs: 0,
        unknown: { notes: 'ignore' as const },
        unknownGraceMs: 0,
        unsafeIntegers: 'round' as const,
        maxBytes: 2,
        maxDepth: 1,
        maxProperties: 1,
        maxItems: 1,
        retry: { attempts: 1, firstDelayMs: 0, maxDelayMs: 0 },
      },
      producer: {
        timeoutMs: 10,
        bufferLimit: 1,
        bufferBytes: 2,
        idempotencyMs: 1000,
        maxBytes: 2,
        maxDepth: 1,
        maxProperties: 1,
        maxItems: 1,
        acks: 'replicated' as const,
        replicas: 2,
      },
      deadLetters: { maxBytes: 65_536, maxLength: 0, maxAgeMs: 1, maxPerSecond: 0 },
      retention: { notes: { maxAgeMs: 0, maxLength: 5, hardMaxLength: 5 }, files: { maxAgeMs: 1 } },
    };
    expect(resolveModuleOptions(given)).toEqual({ ...given, caller: 'EventsModule', ignore: [] });
  });

  it.each([
    ['prefix', ''],
    ['prefix', 'shop:eu'],
    ['prefix', undefined],
    ['source', 'order service'],
    ['source', 7],
    ['state', '*'],
    ['group', ''],
    ['group', '-'],
  ])('refuses %s %j', (option, value) => {
    const shown = value === undefined ? 'nothing' : JSON.stringify(value);
    expect(resolving({ [option]: value })).toThrow(ConfigurationError);
    expect(resolving({ [option]: value })).toThrow(
      `EventsModule: expected ${option} as letters, digits, "_", "." and "-", got ${shown}`,
    );
  });

  it.each([
    ['consumer.concurrency', 0, 'from 1 to 10000'],
    ['consumer.concurrency', 1.5, 'from 1 to 10000'],
    ['consumer.concurrency', '16', 'from 1 to 10000'],
    ['consumer.readAhead', 0, 'from 1 to 100000'],
    ['consumer.readAheadBytes', 0, 'from 1 to 1099511627776'],
    ['consumer.batchSize', -1, 'from 1 to 5000'],
    ['consumer.blockMs', 0, 'from 10 to 60000'],
    ['consumer.claimAfterMs', 99, 'from 100 to 3600000'],
    ['consumer.forgetAfterMs', Infinity, 'from 100 to 604800000'],
    ['consumer.leaseMs', 299, 'from 300 to 3600000'],
    ['consumer.drainMs', -1, 'from 0 to 600000'],
    ['partitions', 0, 'from 1 to 1024'],
    ['partitions', 1025, 'from 1 to 1024'],
    ['partitions', 2.5, 'from 1 to 1024'],
    ['producer.timeoutMs', NaN, 'from 10 to 600000'],
    ['producer.bufferLimit', 0, 'from 1 to 10000000'],
    ['producer.bufferBytes', 0, 'from 1 to 1099511627776'],
    ['producer.maxBytes', 2 ** 30, 'from 2 to 536870912'],
    ['producer.maxDepth', 0, 'from 1 to 1000'],
    ['deadLetters.maxBytes', 65_535, 'from 65536 to 536870912'],
    ['deadLetters.maxLength', -1, 'from 0 to 1099511627776'],
    ['deadLetters.maxAgeMs', 0.5, 'from 0 to 4398046511104'],
    ['deadLetters.maxPerSecond', -1, 'from 0 to 1000000'],
    ['producer.maxProperties', 0, 'from 1 to 268435456'],
    ['producer.maxItems', 1.5, 'from 1 to 268435456'],
    ['consumer.maxBytes', 1, 'from 2 to 536870912'],
    ['consumer.maxDepth', '100', 'from 1 to 1000000'],
    ['consumer.maxProperties', -1, 'from 1 to 268435456'],
    ['consumer.maxItems', Infinity, 'from 1 to 268435456'],
    ['retention.notes.maxAgeMs', -1, 'from 0 to 4398046511104'],
    ['retention.notes.maxLength', 1.5, 'from 0 to 1099511627776'],
    ['retention.notes.hardMaxLength', 0, 'from 1 to 1099511627776'],
    ['producer.idempotencyMs', 999, 'from 1000 to 1099511627776'],
    ['commandTimeoutMs', 5, 'from 10 to 600000'],
    ['consumer.retry.attempts', 0, 'from 1 to 1000'],
    ['consumer.retry.firstDelayMs', -1, 'from 0 to 3600000'],
    ['consumer.retry.maxDelayMs', 100, 'from 200 to 86400000'],
  ])('refuses %s %j, and says what it takes', (path, value, range) => {
    const options = path.split('.').reduceRight<unknown>((inner, name) => ({ [name]: inner }), value);
    expect(resolving(options as Record<string, unknown>)).toThrow(
      `EventsModule: expected ${path} as a whole number ${range}, got ${JSON.stringify(value)}`,
    );
  });

  it.each([undefined, null, 6379, '', 'localhost', 'http://localhost:6379', 'redis//:secret@localhost'])(
    'refuses redis %j',
    (redis) => {
      expect(resolving({ redis })).toThrow(/^EventsModule: expected redis as ioredis options or a URL such as redis:/);
    },
  );

  it.each([
    'keyPrefix',
    'commandTimeout',
    'blockingTimeout',
    'commandQueue',
    'offlineQueue',
    'preferredSlaves',
    'scripts',
    'connectionName',
    'socketTimeout',
    'disconnectTimeout',
    'retryStrategy',
    'reconnectOnError',
  ])('refuses %s in redis', (option) => {
    expect(resolving({ redis: { host: 'localhost', [option]: 1 } })).toThrow(
      `expected redis without ${option}, got it`,
    );
    expect(resolving({ redis: { host: 'localhost', [option]: undefined } })).not.toThrow();
  });

  it.each([
    ['stringNumbers', true, false],
    ['enableAutoPipelining', true, false],
    ['enableReadyCheck', false, true],
    ['readOnly', true, false],
    ['monitor', true, false],
    ['role', 'slave', 'master'],
    ['protocol', 3, 2],
    ['replyMapping', 'resp3', 'legacy'],
    ['lazyConnect', false, true],
    ['enableOfflineQueue', true, false],
    ['autoResendUnfulfilledCommands', true, false],
    ['maxRetriesPerRequest', 20, null],
    ['failoverDetector', false, true],
  ])('refuses %s as %j in redis, and takes %j', (option, wrong, right) => {
    expect(resolving({ redis: { host: 'localhost', [option]: wrong } })).toThrow(
      `expected redis without ${option}, or with it ${JSON.stringify(right)}, got another value: `,
    );
    expect(resolving({ redis: { host: 'localhost', [option]: right } })).not.toThrow();
  });

  it('takes a password as a text or a function, beside a URL or in the options, and nothing else', () => {
    const url = 'redis://localhost';
    for (const password of ['secret', () => 'secret']) {
      expect(resolving({ redis: { url, password } })).not.toThrow();
      expect(resolving({ redis: { host: 'localhost', password } })).not.toThrow();
    }
    expect(resolving({ redis: { url, password: 5 } })).toThrow('expected redis.password as a text, or a function');
    expect(resolving({ redis: { url, host: 'localhost' } })).toThrow(/url and password.* only, got host with them/);
  });

  it.each([
    [{ acks: 'all' }, 'expected producer.acks as "received", "replicated" or "fsynced", got "all"'],
    [
      { acks: 'replicated', replicas: 0 },
      'expected producer.replicas, with acks "replicated", as a whole number from 1',
    ],
    [{ replicas: 1 }, 'expected producer.replicas, with acks "received", as a whole number from 0 to 0, got 1'],
  ])('refuses %j', (producer, message) => {
    expect(resolving({ producer })).toThrow(message);
  });

  it('takes an entry id or a past time as startFrom, and refuses what is neither', () => {
    const past = new Date('2026-01-01T00:00:00Z');
    for (const startFrom of ['1750000000000', '1750000000000-3', past] as const) {
      expect(resolveModuleOptions({ ...least, startFrom }).startFrom).toBe(startFrom);
    }
    for (const startFrom of ['', 'end', '1-', '-1', '1-2-3', 5, new Date(NaN), new Date(Date.now() + 60_000)]) {
      expect(resolving({ startFrom })).toThrow('expected startFrom as "beginning", "now", an entry id such as');
    }
  });

  it.each(['sharedState', 'globalEnhancers', 'logFailures'])(
    'refuses a %s that is neither true nor false',
    (option) => {
      expect(resolving({ [option]: 'yes' })).toThrow(`expected ${option} as true or false, got "yes"`);
    },
  );

  it('refuses a retention that keeps everything, and one whose hard limit is below the other', () => {
    expect(resolving({ retention: { notes: {} } })).toThrow('expected retention.notes as at least one of maxAgeMs,');
    expect(resolving({ retention: { notes: { maxLength: 10, hardMaxLength: 9 } } })).toThrow('from 10 to');
  });

  it.each(['consumer', 'producer', 'deadLetters'])('refuses %s that is no object', (option) => {
    expect(resolving({ [option]: 5 })).toThrow(`expected ${option} as an object, got 5`);
  });

  it('never shows a password', () => {
    expect(resolving({ redis: 'rediss//user:secret@localhost' })).toThrow(/^(?!.*secret)/);
  });
});

describe('resolveRetry', () => {
  const retry = new OptionName('@EventHandler on Notes.onNote', 'retry');

  it('takes what a handler leaves out from the module', () => {
    const defaults = { attempts: 7, firstDelayMs: 10, maxDelayMs: 100 };
    expect(resolveRetry(retry, { attempts: 2 }, defaults)).toEqual({ ...defaults, attempts: 2 });
    expect(resolveRetry(retry, undefined, defaults)).toEqual(defaults);
  });

  it('names the handler whose policy is wrong', () => {
    expect(() => resolveRetry(retry, { attempts: 0 }, DEFAULT_RETRY)).toThrow(
      /^@EventHandler on Notes\.onNote: expected retry\.attempts .* got 0$/,
    );
  });
});

describe('resolveErrorRules', () => {
  const errors = new OptionName('@EventHandler on Notes.onNote', 'errors');

  it('takes classes of errors, and none', () => {
    const rules = [{ error: RangeError, action: 'acknowledge' } as const];
    expect(resolveErrorRules(errors, rules)).toBe(rules);
    expect(resolveErrorRules(errors, undefined)).toEqual([]);
  });

  it('refuses what is no class, as in a circle of imports, and what nobody can do', () => {
    const refusing = (rule: unknown) => () => resolveErrorRules(errors, [rule as ErrorRule]);
    expect(refusing({ error: undefined, action: 'acknowledge' })).toThrow(
      `@EventHandler on Notes.onNote: expected errors[0].error as the class of an error, got nothing`,
    );
    expect(refusing({ error: RangeError, action: 'forget' })).toThrow(
      `@EventHandler on Notes.onNote: expected errors[0].action as "retry", "dead-letter" or "acknowledge", got "forget"`,
    );
  });
});

describe('resolveHandlerOptions', () => {
  const worker = { retry: DEFAULT_RETRY, timeoutMs: 500 };

  it('takes from the worker what the handler leaves out', () => {
    expect(resolveHandlerOptions('Handler n', {}, worker, [])).toEqual({
      ...worker,
      errors: [],
      afterDeadLetter: 'go-on',
    });
  });

  it('refuses an afterDeadLetter that nobody knows', () => {
    const options = { afterDeadLetter: 'park' as 'park-key' };
    expect(() => resolveHandlerOptions('Handler n', options, worker, [])).toThrow(
      'Handler n: expected afterDeadLetter as "go-on" or "park-key", got "park"',
    );
  });
});

class Note {
  readonly topic = '';
}

describe('an option that does not exist', () => {
  it.each<[options: object, message: string]>([
    [{ retires: 1 }, 'there is no option retires. Did you mean consumer.retry?'],
    [{ concurrency: 4 }, 'there is no option concurrency. Did you mean consumer.concurrency?'],
    [{ Group: 'a' }, 'there is no option Group. Did you mean group?'],
    [{ consumer: { blockMS: 4 } }, 'there is no option consumer.blockMS. Did you mean consumer.blockMs?'],
    [{ consumer: { attempts: 4 } }, 'there is no option consumer.attempts. Did you mean consumer.retry.attempts?'],
    [
      { consumer: { retry: { attempt: 4 } } },
      'there is no option consumer.retry.attempt. Did you mean consumer.retry.attempts?',
    ],
    [{ producer: { ack: 'received' } }, 'there is no option producer.ack. Did you mean producer.acks?'],
    [{ deadLetters: { maxCount: 1 } }, 'there is no option deadLetters.maxCount.'],
    [
      { retention: { notes: { maxAge: 1 } } },
      'there is no option retention.notes.maxAge. Did you mean retention.notes.maxAgeMs?',
    ],
    [
      { deadLetters: { verbose: true } },
      'there is no option deadLetters.verbose. Those of deadLetters are maxBytes, maxLength, maxAgeMs, maxPerSecond',
    ],
  ])('%j is refused, with the one that was probably meant', (options, message) => {
    expect(() => resolveOptions({ ...least, ...options }, 'createWorker')).toThrow(ConfigurationError);
    expect(() => resolveOptions({ ...least, ...options }, 'createWorker')).toThrow(`createWorker: ${message}`);
  });

  it('of a handler, of a rule of its errors and of an event class is refused, too', () => {
    const worker = { retry: DEFAULT_RETRY, timeoutMs: 500 };
    const refusing = (options: object) => () => resolveHandlerOptions('Handler n', options, worker, ['module']);
    expect(refusing({ module: 'a', retries: { attempts: 3 } })).toThrow(
      'Handler n: there is no option retries. Did you mean retry?',
    );
    expect(refusing({ attempts: 3 })).toThrow('Handler n: there is no option attempts. Did you mean retry.attempts?');
    expect(refusing({ errors: [{ error: RangeError, actoin: 'acknowledge' }] })).toThrow(
      'Handler n: there is no option errors[0].actoin. Did you mean errors[0].action?',
    );
    expect(() => {
      DomainEvent({ type: 'note_taken', version: '1.0', stream: 'notes', keys: () => 'a' } as never)(Note);
    }).toThrow('@DomainEvent on Note: there is no option keys. Did you mean key?');
  });
});

describe('names that the library uses itself', () => {
  /** The first part, after the prefix, of each key that belongs to no stream and no service. */
  const roots = (): string[] => {
    const keyspace = new Keyspace('shop', 'state');
    const keys = [
      ...[keyspace.partitionCount(), keyspace.layoutVersion(), keyspace.subjectKeys(), keyspace.forgottenSubjects()],
      ...[
        keyspace.producer('x'),
        keyspace.workers('g'),
        keyspace.starts('g'),
        keyspace.watch('g'),
        keyspace.lease('g'),
      ],
    ];
    return [...new Set(keys.map((key) => key.split(':')[1] ?? ''))];
  };

  it('are refused as state, as the source that is the state, and as streams', () => {
    expect(roots().length).toBe(8);
    for (const root of roots()) {
      expect(resolving({ state: root })).toThrow(/^EventsModule: expected state as another name than /);
      expect(resolving({ source: root })).toThrow(/\(its default is source\), got "/);
      expect(resolving({ source: root, state: 'own' })).not.toThrow();
      expect(() => {
        DomainEvent({ type: 'note_taken', version: '1.0', stream: root })(Note);
      }).toThrow(`where the library keeps its own keys, got ${root}`);
    }
  });

  it('are refused as the group of what stands beside it below a stream', () => {
    const keyspace = new Keyspace('shop', 'state');
    const beside = [keyspace.deadLetters('s'), keyspace.published('s', 'x'), keyspace.trimmer('s', 'x')];
    for (const key of beside) {
      expect(resolving({ group: key.split(':')[2] })).toThrow(/^EventsModule: expected group as another name than /);
    }
    expect(resolving({ group: 'Streams' })).toThrow(/^EventsModule: expected group as another name than /);
  });

  it('let a console have its own, unless it handles events', () => {
    expect(resolving({ state: 'console' })).not.toThrow();
    expect(resolving({ state: 'console', group: 'consoles' })).toThrow(
      /expected state as another name than .*"console"/,
    );
  });
});

describe('docstrings', () => {
  const FILES = ['options', 'consumer-options', 'producer-options', 'dead-letter-options'];
  const resolved = resolveOptions(least, 'createWorker');
  const groups = [resolved, resolved.consumer, resolved.producer, resolved.deadLetters] as object[];

  it.each(FILES.map((file, index) => ({ file, defaults: groups[index] as Record<string, unknown> })))(
    'of $file name the default that is put in',
    ({ file, defaults }) => {
      const source = readFileSync(new URL(`../src/options/${file}.ts`, import.meta.url), 'utf8');
      const told = [...source.matchAll(/@default ('[a-z-]+'|\d+|true|false)\b[^*]*\*\/\n {2}(\w+)\?:/g)];
      expect(told.length).toBeGreaterThan(3);
      for (const [, value = '', option = ''] of told) {
        expect([option, defaults[option]]).toEqual([option, JSON.parse(value.replaceAll("'", '"'))]);
      }
    },
  );
});
