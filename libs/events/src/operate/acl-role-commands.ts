import {
  SCRIPT_COMMANDS,
  TRANSACTION_READS,
  type KeyRole,
  type ScriptName,
} from '../stream/scripts/script-commands.js';
import type { AclRole, AclScope } from './acl-scope.js';

/** What a key is: the roles of the scripts' keys, and those of keys that only commands without a script have. */
export type AclKey = KeyRole | 'starts' | 'count' | 'layout' | 'target' | 'actions';
/** Commands by what their keys are. */
export type Commands = Readonly<Partial<Record<AclKey, readonly string[]>>>;

/** What every client sends, to connect, and to learn what Redis it has. */
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

/** A console notes what its operators do. */
const NOTING: Commands = { actions: ['XADD'] };

const HANDLING: Commands = {
  stream: ['XREADGROUP', 'XREAD', 'XGROUP|CREATE', 'XINFO|STREAM', 'XINFO|GROUPS', 'XPENDING', ...['XINFO|CONSUMERS', 'XRANGE', 'XREVRANGE', 'XLEN']], // prettier-ignore
  // A worker trims dead letters: `deadLetters.maxLength` and `maxAgeMs`.
  deadLetters: SCRIPT_COMMANDS.trim.stream ?? [],
  notes: ['HMGET'],
  parked: ['EXISTS'],
  watch: ['HDEL'],
  starts: ['HMGET', 'HSETNX'],
  state: TRANSACTION_READS,
  server: ['TIME'],
};

/** Reads personal data. */
const OPENING: Commands = { subjects: ['HMGET'] };

/** The scripts of a worker, for streams without partitions, and with partitions. */
const PLAIN: readonly ScriptName[] = [
  ...(['settle', 'acknowledge', 'claim', 'look', 'defer', 'resume', 'wait-for-handler', 'take-waiting'] as const),
  ...(['pending-of-consumer', 'end-quarantine-run', 'renew', 'hand-back', 'sweep', 'read-many'] as const),
];
const PARTITIONED: readonly ScriptName[] = [
  ...(['settle-fenced', 'acknowledge-fenced', 'wait-for-handler-fenced', 'read-partition'] as const),
  ...(['heartbeat', 'acquire-lease', 'renew-lease', 'release-lease'] as const),
  ...(['acknowledge', 'defer', 'resume', 'end-quarantine-run', 'hand-back', 'sweep', 'read-many'] as const),
];

/** The commands that a role sends without a script. */
export function commandsOf(role: AclRole, { acks = 'received', erasure = false }: AclScope): Commands[] {
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

/** The scripts that a role runs. */
export function scriptsOf(
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
