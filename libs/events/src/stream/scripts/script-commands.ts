/** What a script's keys are to it. */
export type KeyRole =
  /** A producer's memory, and the key of an idempotency key. */
  | 'producer'
  | 'once'
  /** A stream; who trims it in the background. */
  | 'stream'
  | 'trimmer'
  /** A group's delivery notes on a stream. */
  | 'notes'
  /** A list of a key's parked events, the dead letters, their history, and a group's replays. */
  | 'parked'
  | 'deadLetters'
  | 'history'
  | 'replays'
  /** A key of a transaction. */
  | 'state'
  /** Where the workers of a group note that they live, and who has looked. */
  | 'watch'
  /** A partition's lease, and the group's workers. */
  | 'lease'
  | 'workers'
  /** The keys of subjects' personal data, and which subjects were forgotten. */
  | 'subjects'
  | 'forgotten'
  /** No key at all. */
  | 'server';

/** Commands by the role of their key, subcommands behind a bar; for scripts whose keys stand in one order, in that. */
export type Commands = Readonly<Partial<Record<KeyRole, readonly string[]>>>;

/** A command that scripts may send: one that {@link ARGUMENTS} names. */
type ScriptCommand = keyof typeof ARGUMENTS;
type ScriptCommands = Readonly<Partial<Record<KeyRole, readonly ScriptCommand[]>>>;

/** What a transaction reads, and, in its commit, compares. */
// prettier-ignore
export const TRANSACTION_READS = [
  'GET', 'HGET', 'HMGET', 'HGETALL', 'EXISTS', 'SISMEMBER', 'SMEMBERS', 'LRANGE', 'ZSCORE', 'ZRANGE',
] as const;

/** What a transaction asks for by its methods. */
// prettier-ignore
const TRANSACTION: readonly ScriptCommand[] = [
  ...TRANSACTION_READS,
  'SET', 'DEL', 'PEXPIRE', 'INCRBY', 'HINCRBY', 'HSET', 'HDEL', 'SADD', 'SREM', 'ZADD', 'ZINCRBY', 'ZREM', 'RPUSH', 'LPUSH',
];

const PARKED: readonly ScriptCommand[] = ['LLEN', 'LINDEX', 'LSET', 'LPUSH', 'RPUSH', 'LINSERT', 'LPOP', 'LREM'];

const SETTLE: ScriptCommands = {
  stream: ['XPENDING', 'XRANGE', 'XACK'],
  notes: ['EXISTS', 'HGET', 'HSET', 'HDEL'],
  parked: ['EXISTS', ...PARKED],
  deadLetters: ['TYPE', 'XRANGE', 'XDEL', 'XADD'],
  replays: ['TYPE', 'XADD', 'XDEL'],
  state: ['TYPE', ...TRANSACTION],
};

const ACKNOWLEDGE: ScriptCommands = { stream: ['XACK'], notes: ['EXISTS', 'HDEL'] };

const WAIT_FOR_HANDLER: ScriptCommands = {
  stream: ['XPENDING', 'XGROUP|CREATECONSUMER', 'XINFO|CONSUMERS', 'XGROUP|DELCONSUMER', 'XCLAIM'],
};

const FENCE: ScriptCommands = { lease: ['HMGET'] };

const COMMANDS = {
  append: { producer: ['HMGET', 'HSET', 'PEXPIRE'], stream: ['TYPE', 'XADD'], once: ['GET', 'SET'] },
  settle: SETTLE,
  acknowledge: ACKNOWLEDGE,
  claim: { stream: ['XPENDING', 'XINFO|CONSUMERS', 'XRANGE', 'XCLAIM'] },
  look: {
    watch: ['HMGET', 'HGETALL', 'HDEL', 'HSET'],
    stream: ['XPENDING', 'XINFO|CONSUMERS', 'XGROUP|DELCONSUMER'],
    server: ['TIME'],
  },
  defer: { stream: ['XPENDING', 'XCLAIM'] },
  resume: { stream: ['XPENDING', 'XRANGE', 'XCLAIM'] },
  'wait-for-handler': { ...WAIT_FOR_HANDLER, watch: ['HSET'] },
  'take-waiting': {
    stream: ['XINFO|CONSUMERS', 'XGROUP|DELCONSUMER', 'XPENDING', 'XRANGE', 'XCLAIM'],
    watch: ['HGETALL', 'HDEL'],
    server: ['TIME'],
  },
  'pending-of-consumer': { stream: ['XPENDING', 'XGROUP|CREATECONSUMER', 'XRANGE'] },
  'end-quarantine-run': { notes: ['HGET', 'HSET'] },
  renew: { stream: ['XPENDING', 'XCLAIM'] },
  'hand-back': { stream: ['XPENDING', 'XCLAIM', 'XGROUP|DELCONSUMER'] },
  sweep: { stream: ['XINFO|CONSUMERS', 'XGROUP|DELCONSUMER'] },
  trim: { stream: ['XLEN', 'XINFO|GROUPS', 'XPENDING', 'XTRIM', 'XRANGE'], trimmer: ['GET', 'SET'] },
  'take-dead-letter': {
    deadLetters: ['XRANGE', 'XDEL'],
    history: ['TYPE', 'XADD'],
    parked: PARKED,
    replays: ['TYPE', 'XADD'],
    stream: ['XRANGE'],
  },
  heartbeat: { workers: ['HSET', 'HDEL', 'HGETALL'], server: ['TIME'] },
  'acquire-lease': { lease: ['HMGET', 'HSET'], server: ['TIME'] },
  'renew-lease': { lease: ['HMGET', 'HSET'], server: ['TIME'] },
  'release-lease': { lease: ['HMGET', 'HSET'] },
  'read-partition': { stream: ['XPENDING', 'XRANGE', 'XCLAIM', 'XINFO|GROUPS', 'XREADGROUP'], ...FENCE },
  'settle-fenced': { ...SETTLE, ...FENCE },
  'wait-for-handler-fenced': { ...WAIT_FOR_HANDLER, ...FENCE },
  'acknowledge-fenced': { ...ACKNOWLEDGE, ...FENCE },
  'read-many': { state: TRANSACTION_READS },
  'subject-keys': { subjects: ['HGET', 'HSET'], forgotten: ['HGET'] },
  'forget-subject': { subjects: ['HDEL'], forgotten: ['HGET', 'HSET'] },
} satisfies Readonly<Record<string, ScriptCommands>>;

/** The name of a script: its file's in `lua/`, whose header says what it takes and replies. */
export type ScriptName = keyof typeof COMMANDS;

/** Every command that a script runs: what its Redis user may do is checked by this list, and `operate/acl-rules.ts` makes the rules of users from it. */
export const SCRIPT_COMMANDS: Readonly<Record<ScriptName, ScriptCommands>> = COMMANDS;

/** Arguments that each command could have, as servers check their number; KEY stands for its key. */
const ARGUMENTS = {
  DEL: 'KEY',
  EXISTS: 'KEY',
  GET: 'KEY',
  HDEL: 'KEY f',
  HGET: 'KEY f',
  HGETALL: 'KEY',
  HINCRBY: 'KEY f 1',
  HMGET: 'KEY f',
  HSET: 'KEY f v',
  INCRBY: 'KEY 1',
  LINDEX: 'KEY 0',
  LINSERT: 'KEY BEFORE v v',
  LLEN: 'KEY',
  LPOP: 'KEY',
  LPUSH: 'KEY v',
  LRANGE: 'KEY 0 1',
  LREM: 'KEY 1 v',
  LSET: 'KEY 0 v',
  PEXPIRE: 'KEY 1',
  RPUSH: 'KEY v',
  SADD: 'KEY m',
  SET: 'KEY v',
  SISMEMBER: 'KEY m',
  SMEMBERS: 'KEY',
  SREM: 'KEY m',
  TIME: '',
  TYPE: 'KEY',
  XACK: 'KEY g 1-1',
  XADD: 'KEY * f v',
  XCLAIM: 'KEY g c 0 1-1',
  XDEL: 'KEY 1-1',
  'XGROUP|CREATECONSUMER': 'KEY g c',
  'XGROUP|DELCONSUMER': 'KEY g c',
  'XINFO|CONSUMERS': 'KEY g',
  'XINFO|GROUPS': 'KEY',
  XLEN: 'KEY',
  XPENDING: 'KEY g',
  XRANGE: 'KEY - +',
  XREADGROUP: 'GROUP g c STREAMS KEY >',
  XTRIM: 'KEY MAXLEN 0',
  ZADD: 'KEY 1 m',
  ZINCRBY: 'KEY 1 m',
  ZRANGE: 'KEY 0 1',
  ZREM: 'KEY m',
  ZSCORE: 'KEY m',
};

/**
 * Functions in Lua that tell of a script's commands whether its user may run them: `lacking(command, key)` returns why not, as
 * an error's text, or nil; `firstLacking(key)` the same of all of them, to name what an error of Redis 7.0 does not.
 */
export function rightsInLua(name: ScriptName): string {
  const commands = [...new Set(Object.values(SCRIPT_COMMANDS[name]).flat())];
  const branches = commands.map(
    (command, index) => `${index === 0 ? 'if' : 'elseif'} command == '${command}' then may = ${questionOf(command)}`,
  );
  return [
    'local function lacking(command, key)',
    '  local may',
    ...branches.map((branch) => `  ${branch}`),
    '  end',
    '  if not may then return "NOPERM this user has no permissions to run the \'" .. string.lower(command) .. "\' command on " .. key end',
    'end',
    'local function firstLacking(key)',
    `  for _, command in ipairs({ ${commands.map((command) => `'${command}'`).join(', ')} }) do`,
    '    local why = lacking(command, key)',
    '    if why then return why end',
    '  end',
    'end',
  ].join('\n');
}

/** Lua that refuses a script, whose keys stand in the order of their roles, when its user lacks any of its commands. */
export function allRightsInLua(name: ScriptName): string {
  const questions = Object.entries(SCRIPT_COMMANDS[name]).flatMap(([role, commands], index) => {
    // The fence has read the lease by now, and taken it off.
    if (role === 'lease' && index > 0) return [];
    const key = role === 'server' ? 'KEYS[1]' : `KEYS[${String(index + 1)}]`;
    return commands.map((command) => `(${key} and lacking('${command}', ${key}))`);
  });
  return [
    'do',
    `  local why = ${questions.join('\n    or ')}`,
    '  if why then return redis.error_reply(why) end',
    'end',
  ].join('\n');
}

function questionOf(command: ScriptCommand): string {
  const values = [...command.split('|'), ...ARGUMENTS[command].split(' ')].filter((value) => value !== '');
  return `redis.acl_check_cmd(${values.map((value) => (value === 'KEY' ? 'key' : `'${value}'`)).join(', ')})`;
}
