import { Keyspace } from '../stream/keys/keyspace.js';
import { missing, required, type AclRole, type AclScope } from './acl-scope.js';
import type { AclKey } from './acl-role-commands.js';

/** The patterns of keys, by what the keys are. @throws ConfigurationError when an option is missing that the role needs */
export function patternsIn(role: AclRole, scope: AclScope): (key: AclKey) => readonly string[] {
  const { prefix, publishes = [], state, stateKeys = ['*'], partitioned = false, sharedState = false } = scope;
  const isWorker = role === 'worker';
  const looks = role === 'viewer' || role === 'operator';
  const streams = role === 'producer' ? [] : required(role, 'streams', scope.streams ?? (looks ? ['*'] : []));
  if (role === 'producer') required(role, 'publishes', publishes);
  const group = isWorker ? (scope.group ?? missing(role, 'group')) : '*';
  const keyState = isWorker ? (state ?? missing(role, 'state')) : (state ?? '');
  const keyspace = new Keyspace(partitioned ? `{${prefix}:*}` : prefix, keyState, sharedState ? prefix : undefined);
  // The keys that belong to no partition.
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
