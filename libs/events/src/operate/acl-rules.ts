import { ConfigurationError } from '../model/errors/configuration.js';
import type { Acks } from '../options/producer-options.js';
import { Keyspace } from '../stream/keyspace.js';
import { SCRIPT_COMMANDS, TRANSACTION_READS, type KeyRole } from '../stream/script-commands.js';
import type { ScriptName } from '../stream/script-commands.js';

/** What a Redis user is for: it publishes; it handles events, and publishes; it looks; it looks and acts on dead letters. */
export type AclRole = 'producer' | 'worker' | 'viewer' | 'operator';

/** What a Redis user is to do it with; names are without prefix. */
export interface AclScope {
  /** Of every key. */
  prefix: string;
  /** Streams that a worker handles, and a viewer or an operator looks at; `*` for all. */
  streams?: readonly string[];
  /** Streams that a producer or a worker publishes on. */
  publishes?: readonly string[];
  /** Of a worker. */
  group?: string;
  /** What a worker's transactions keep their state under: the option `state`, or else `source`; a viewer or an operator reads it. */
  state?: string;
  /**
   * Keys of that state, below it, with `*` for any text: `['stock', 'order:*']`. Where a stream has the name that the state
   * stands under, all keys would be the stream's dead letters and notes, too. @default ['*']
   */
  stateKeys?: readonly string[];
  /** Whether streams have partitions. @default false */
  partitioned?: boolean;
  /** Whether partitions share their state: the option `sharedState`. @default false */
  sharedState?: boolean;
  /** Whether it trims streams: the option `retention`, on those that it handles or publishes on. @default false */
  retention?: boolean;
  /** Whether it waits for replicas or the disk: the option `producer.acks`. @default 'received' */
  acks?: Acks;
  /**
   * Whether there is personal data with keys of subjects (`@Personal()`): a producer makes and reads keys, a worker too, or with
   * `read` reads them only; an operator destroys keys, and cannot read them; a viewer sees who was forgotten, as everybody who looks
   * does. @default false
   */
  erasure?: boolean | 'read';
}

/** Keys by what they are: those of scripts, and some that only commands by themselves have. */
type AclKey = KeyRole | 'starts' | 'count' | 'layout' | 'target' | 'actions';
type Commands = Readonly<Partial<Record<AclKey, readonly string[]>>>;

/** Who it is, what it talks to, and whether that is there. */
const EVERYBODY: Commands = { server: ['PING', 'INFO', 'SELECT', 'CLIENT|SETNAME', 'CLUSTER|INFO'] };

const AGREEING: Commands = { count: ['GET', 'SET'], layout: ['GET', 'SET'] };

const PUBLISHING: Commands = { target: ['XADD'] };

const LOOKING: Commands = {
  stream: ['XINFO|STREAM', 'XINFO|GROUPS', 'XINFO|CONSUMERS', 'XRANGE', 'XREVRANGE', 'XREAD', 'XLEN', 'XPENDING'],
  replays: ['XINFO|STREAM', 'XINFO|GROUPS', 'XINFO|CONSUMERS', 'XRANGE', 'XREVRANGE', 'XLEN', 'XPENDING'],
  deadLetters: ['XINFO|STREAM', 'XINFO|GROUPS', 'XRANGE', 'XREVRANGE', 'XREAD', 'XLEN'],
  history: ['XINFO|STREAM', 'XRANGE', 'XREVRANGE', 'XLEN'],
  actions: ['XINFO|STREAM', 'XRANGE', 'XREVRANGE', 'XLEN'],
  notes: ['HSCAN', 'HMGET'],
  lease: ['HMGET'],
  count: ['GET'],
  layout: ['GET'],
  forgotten: ['HMGET'],
  server: ['TIME', 'SCAN', 'CLIENT|LIST'],
};

/** A console writes down what its operators do. */
const NOTING: Commands = { actions: ['XADD'] };

const HANDLING: Commands = {
  stream: ['XREADGROUP', 'XREAD', 'XGROUP|CREATE', 'XINFO|STREAM', 'XINFO|GROUPS', 'XPENDING', ...['XINFO|CONSUMERS', 'XRANGE', 'XREVRANGE', 'XLEN']], // prettier-ignore
  // Of dead letters there may be too many: see `lua/trim.lua`.
  deadLetters: SCRIPT_COMMANDS.trim.stream ?? [],
  notes: ['HMGET'],
  parked: ['EXISTS'],
  watch: ['HDEL'],
  starts: ['HMGET', 'HSETNX'],
  state: TRANSACTION_READS,
  server: ['TIME'],
};

/** What it takes to read personal data. */
const OPENING: Commands = { subjects: ['HMGET'] };

/** What a worker of streams without partitions runs, what one of partitions does, and both. */
const PLAIN: readonly ScriptName[] = [
  ...(['settle', 'acknowledge', 'claim', 'look', 'defer', 'resume', 'wait-for-handler', 'take-waiting'] as const),
  ...(['pending-of-consumer', 'end-quarantine-run', 'renew', 'hand-back', 'sweep', 'read-many'] as const),
];
const PARTITIONED: readonly ScriptName[] = [
  ...(['settle-fenced', 'acknowledge-fenced', 'wait-for-handler-fenced', 'read-partition'] as const),
  ...(['heartbeat', 'acquire-lease', 'renew-lease', 'release-lease'] as const),
  ...(['acknowledge', 'defer', 'resume', 'end-quarantine-run', 'hand-back', 'sweep', 'read-many'] as const),
];

/**
 * The rules of a Redis user that may do what a role takes, and nothing else; as `ACL SETUSER` and an ACL file take them, with
 * selectors, for Redis 7 and later. They say nothing of its password, nor that it is `on`.
 *
 * @throws ConfigurationError when something is missing that the role needs
 */
export function aclRules(role: AclRole, scope: AclScope): string[] {
  const scripts = scriptsOf(role, scope);
  const byPattern = new Map<string, Set<string>>();
  const keyless = new Set<string>();
  const add = (commands: Commands, keys: (key: AclKey) => readonly string[]): void => {
    for (const [key, names] of Object.entries(commands) as [AclKey, readonly string[]][]) {
      if (key === 'server') for (const name of names) keyless.add(name);
      for (const pattern of key === 'server' ? [] : keys(key)) {
        const own = byPattern.get(pattern) ?? new Set();
        for (const name of names) own.add(name);
        byPattern.set(pattern, own);
      }
    }
  };
  const patterns = patternsIn(role, scope);
  for (const commands of commandsOf(role, scope)) add(commands, patterns);
  for (const script of scripts) {
    // What others publish on is no business of a producer's, nor what it publishes on of a worker's reading.
    add(SCRIPT_COMMANDS[script], (key) => patterns(script === 'append' && key === 'stream' ? 'target' : key));
  }
  if (scripts.length > 0) for (const name of ['EVAL', 'EVALSHA']) keyless.add(name);
  // Whoever looks has the server bound what it reads, by scripts that only look.
  if (role !== 'producer') keyless.add('EVAL_RO');
  const mark = scripts.length === 0 ? '%R~' : '~';
  const all = [...byPattern.keys()].sort().map((pattern) => mark + pattern);
  return [
    'resetkeys',
    'resetchannels',
    '-@all',
    ...rulesOf(keyless),
    ...all,
    ...selectors(byPattern, scripts.length === 0),
  ];
}

function commandsOf(role: AclRole, { acks = 'received', erasure = false }: AclScope): Commands[] {
  const waits: Commands = { server: acks === 'replicated' ? ['WAIT'] : acks === 'fsynced' ? ['WAITAOF'] : [] };
  switch (role) {
    case 'producer':
      return [EVERYBODY, AGREEING, PUBLISHING, waits];
    case 'worker':
      return [EVERYBODY, AGREEING, PUBLISHING, waits, HANDLING, ...(erasure === false ? [] : [OPENING])];
    case 'viewer':
      return [EVERYBODY, LOOKING, { state: TRANSACTION_READS }];
    case 'operator':
      return [EVERYBODY, LOOKING, { state: TRANSACTION_READS }, NOTING];
  }
}

function scriptsOf(
  role: AclRole,
  { partitioned = false, retention = false, erasure = false }: AclScope,
): readonly ScriptName[] {
  const trim: ScriptName[] = retention ? ['trim'] : [];
  const keys: ScriptName[] = erasure === true ? ['subject-keys'] : [];
  switch (role) {
    case 'producer':
      return ['append', ...trim, ...keys];
    case 'worker':
      return ['append', ...(partitioned ? PARTITIONED : PLAIN), ...trim, ...keys];
    case 'viewer':
      return [];
    case 'operator':
      return ['take-dead-letter', ...trim, ...(erasure === true ? (['forget-subject'] as const) : [])];
  }
}

/** Where keys are, by what they are. */
function patternsIn(role: AclRole, scope: AclScope): (key: AclKey) => readonly string[] {
  const { prefix, publishes = [], state, stateKeys = ['*'], partitioned = false, sharedState = false } = scope;
  const isWorker = role === 'worker';
  const looks = role === 'viewer' || role === 'operator';
  const streams = role === 'producer' ? [] : required(role, 'streams', scope.streams ?? (looks ? ['*'] : []));
  if (role === 'producer') required(role, 'publishes', publishes);
  const group = isWorker ? (scope.group ?? missing(role, 'group')) : '*';
  const keyState = isWorker ? (state ?? missing(role, 'state')) : (state ?? '');
  const keyspace = new Keyspace(partitioned ? `{${prefix}:*}` : prefix, keyState, sharedState ? prefix : undefined);
  // What belongs to no partition.
  const whole = new Keyspace(prefix, keyState);
  const read = streams.flatMap((name) => [keyspace.channel(name, group), keyspace.replays(name, group)]);
  const trimmed = role === 'producer' ? publishes : streams;
  const patterns: Record<Exclude<AclKey, 'server'>, () => readonly string[]> = {
    stream: () => (role === 'producer' ? publishes.map((name) => keyspace.stream(name)) : read.map(({ key }) => key)),
    target: () => publishes.map((name) => keyspace.stream(name)),
    notes: () => read.map(({ notes }) => notes),
    parked: () => streams.map((name) => keyspace.parked(name, group, '*', '*')),
    deadLetters: () => streams.map((name) => keyspace.deadLetters(name)),
    history: () => streams.map((name) => keyspace.deadLetterHistory(name)),
    replays: () => streams.map((name) => keyspace.replays(name, group).key),
    state: () => (keyState === '' ? [] : stateKeys.map((key) => keyspace.ofService(key))),
    producer: () => [keyspace.producer('*')],
    once: () => publishes.map((name) => keyspace.published(name, '*')),
    trimmer: () => trimmed.map((name) => keyspace.trimmer(name, '*')),
    watch: () => [keyspace.watch(group)],
    lease: () => [keyspace.lease(group)],
    workers: () => [whole.workers(group)],
    starts: () => [whole.starts(group)],
    count: () => [whole.partitionCount()],
    layout: () => [whole.layoutVersion()],
    subjects: () => [keyspace.subjectKeys()],
    forgotten: () => [keyspace.forgottenSubjects()],
    actions: () => [whole.operatorActions()],
  };
  return (key) => (key === 'server' ? [] : patterns[key]());
}

/** Commands that are sent with several keys at once. */
const ON_SEVERAL_KEYS: ReadonlySet<string> = new Set(['XREADGROUP', 'XREAD']);

/** Commands on keys, those together whose keys take the same ones. @param isLooking whether nothing is written */
function selectors(byPattern: ReadonlyMap<string, ReadonlySet<string>>, isLooking: boolean): string[] {
  const byRules = new Map<string, string[]>();
  const add = (commands: ReadonlySet<string>, pattern: string): void => {
    const rules = rulesOf(commands).join(' ');
    const own = byRules.get(rules);
    if (own) own.push(pattern);
    else if (rules !== '') byRules.set(rules, [pattern]);
  };
  for (const [pattern, commands] of [...byPattern].sort(([one], [other]) => (one < other ? -1 : 1))) {
    // One selector must allow all of a command's keys.
    for (const command of commands) if (ON_SEVERAL_KEYS.has(command)) add(new Set([command]), pattern);
    add(new Set([...commands].filter((command) => !ON_SEVERAL_KEYS.has(command))), pattern);
  }
  const mark = isLooking ? '%R~' : '~';
  return [...byRules].map(([rules, keys]) => `(-@all ${rules} ${keys.map((key) => mark + key).join(' ')})`);
}

function rulesOf(commands: ReadonlySet<string>): string[] {
  return [...commands].sort().map((command) => `+${command.toLowerCase()}`);
}

function required(role: AclRole, option: string, names: readonly string[]): readonly string[] {
  return names.length > 0 ? names : missing(role, option);
}

function missing(role: AclRole, option: string): never {
  throw new ConfigurationError(`Expected ${option} for a ${role}, got nothing`);
}
