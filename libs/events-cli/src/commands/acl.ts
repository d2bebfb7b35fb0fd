import { aclRules, type AclRole, type AclScope } from 'nestjs-event-streams/core';
import { UsageError } from '../cli-errors.js';
import { defineOfflineCommand } from '../command.js';
import { EXIT } from '../exit-codes.js';

const ROLES: readonly AclRole[] = ['producer', 'worker', 'viewer', 'operator'];
const ACKS = ['received', 'replicated', 'fsynced'] as const;

/** `events acl` */
export const acl = defineOfflineCommand({
  name: 'acl',
  usage: '--for <role>',
  summary: 'the rules of a Redis user that may do what a role takes, and nothing else',
  about: `
Prints them as ACL SETUSER and an ACL file take them; a password and "on" are yours to add. It asks Redis for nothing.

  producer   publishes on --publishes
  worker     handles events of --streams as --group, keeps state as --state, and publishes on --publishes
  viewer     looks at --streams (all unless given), and at the state of --state: every command that only looks
  operator   the same, and replays and discards dead letters`,
  words: [0, 0],
  options: {
    for: { type: 'string', value: '<role>', what: ROLES.join(', ') },
    streams: { type: 'string', multiple: true, value: '<names>', what: 'that it handles or looks at, with commas' },
    publishes: { type: 'string', multiple: true, value: '<names>', what: 'streams that it publishes on, with commas' },
    group: { type: 'string', value: '<name>', what: "a worker's consumer group" },
    state: {
      type: 'string',
      value: '<name>',
      what: 'what the state of transactions is kept under (option state, or source)',
    },
    'state-keys': {
      type: 'string',
      multiple: true,
      value: '<keys>',
      what: 'of that state only these, with commas, and * for any text (order:*)',
    },
    partitioned: { type: 'boolean', what: 'streams have partitions' },
    'shared-state': { type: 'boolean', what: 'partitions share their state (option sharedState)' },
    retention: { type: 'boolean', what: 'it trims streams (option retention)' },
    erasure: {
      type: 'boolean',
      what: 'personal data: it encrypts and reads it; an operator erases it (option erasure)',
    },
    'erasure-read': { type: 'boolean', what: 'personal data: it only reads it' },
    acks: { type: 'string', value: '<acks>', what: `${ACKS.join(', ')} (option producer.acks)` },
  },
  examples: [
    ['events acl --for producer --publishes orders', 'for a service that only publishes'],
    [
      'events acl --for worker --streams orders --publishes payments --group payment_service --state payments',
      'for one that handles orders and publishes payments',
    ],
    ["redis-cli ACL SETUSER audit on '>secret' $(events acl --for viewer)", 'makes a user that only looks'],
  ],
  redis: [['ACL SETUSER <name> on ><password> <rules>', 'makes the user; or a line of an ACL file: user <name> on …']],
  async run({ prefix, output, json }, _words, options) {
    const role = oneOf('for', ROLES, options.for);
    const scope: AclScope = {
      prefix,
      publishes: namesIn('publishes', options.publishes),
      ...(options.streams && { streams: namesIn('streams', options.streams) }),
      ...(options.group !== undefined && { group: nameIn('group', options.group) }),
      ...(options['state-keys'] && { stateKeys: keysIn('state-keys', options['state-keys']) }),
      ...(options.state !== undefined && { state: nameIn('state', options.state) }),
      partitioned: options.partitioned ?? false,
      sharedState: options['shared-state'] ?? false,
      retention: options.retention ?? false,
      erasure: options.erasure ?? (options['erasure-read'] ? 'read' : false),
      ...(options.acks !== undefined && { acks: oneOf('acks', ACKS, options.acks) }),
    };
    const rules = aclRules(role, scope);
    if (json) await output.row({ role, rules });
    else await output.line(rules.join(' '));
    return EXIT.ok;
  },
});

function oneOf<T extends string>(option: string, known: readonly T[], given: string | undefined): T {
  const found = known.find((one) => one === given);
  if (found !== undefined) return found;
  throw new UsageError(`Expected --${option} as one of ${known.join(', ')}, got ${given === undefined ? 'nothing' : JSON.stringify(given)}. See: events help acl`); // prettier-ignore
}

function namesIn(option: string, given: readonly string[] = []): string[] {
  return given.flatMap((list) => list.split(',')).map((name) => nameIn(option, name));
}

/** Patterns, of which any text is all that a star stands for. */
function keysIn(option: string, given: readonly string[]): string[] {
  return given
    .flatMap((list) => list.split(','))
    .map((key) => {
      if (/^[A-Za-z0-9_.:*-]+$/.test(key)) return key;
      throw new UsageError(`Expected --${option} of letters, digits, "_", ".", ":", "-" and "*", got ${JSON.stringify(key)}. See: events help acl`); // prettier-ignore
    });
}

/** Rules take patterns: what is no name would open more than was meant. */
function nameIn(option: string, given: string): string {
  if (/^[A-Za-z0-9][A-Za-z0-9_.-]*$/.test(given)) return given;
  throw new UsageError(`Expected --${option} of letters, digits, "_", "." and "-", got ${JSON.stringify(given)}. See: events help acl`); // prettier-ignore
}
