import { aclRules, ConfigurationError, type AclRole, type AclScope } from 'nestjs-event-streams/core';
import { UsageError } from '../cli-errors.js';
import { defineOfflineCommand } from '../command.js';
import { EXIT } from '../exit-codes.js';

const ROLES: readonly AclRole[] = ['producer', 'worker', 'viewer', 'operator'];
const ACKS = ['received', 'replicated', 'fsynced'] as const;

/** `events acl` */
export const acl = defineOfflineCommand({
  name: 'acl',
  usage: '--for <role>',
  summary: 'print the rules of a Redis user with the least rights for a role',
  about: `
Prints the rules for ACL SETUSER or an ACL file. Add "on" and a password yourself. The command does not use Redis.

  producer   publishes on --publishes
  worker     handles events of --streams as --group, keeps its state under --state, and publishes on --publishes
  viewer     reads --streams (all, if not given) and the state under --state
  operator   does the same, and replays and discards dead letters`,
  words: [0, 0],
  options: {
    for: { type: 'string', value: '<role>', what: ROLES.join(', ') },
    streams: {
      type: 'string',
      multiple: true,
      value: '<names>',
      what: 'streams that it handles or reads, separated by commas',
    },
    publishes: {
      type: 'string',
      multiple: true,
      value: '<names>',
      what: 'streams that it publishes on, separated by commas',
    },
    group: { type: 'string', value: '<name>', what: 'the consumer group of a worker' },
    state: {
      type: 'string',
      value: '<name>',
      what: 'the name under which transactions keep their state (option state, or source)',
    },
    'state-keys': {
      type: 'string',
      multiple: true,
      value: '<keys>',
      what: 'only these keys of the state, separated by commas; * is any text (order:*)',
    },
    partitioned: { type: 'boolean', what: 'the streams have partitions' },
    'shared-state': { type: 'boolean', what: 'the partitions share their state (option sharedState)' },
    retention: { type: 'boolean', what: 'the worker trims streams (option retention)' },
    erasure: {
      type: 'boolean',
      what: 'encrypts and reads personal data; an operator also erases it (option erasure)',
    },
    'erasure-read': { type: 'boolean', what: 'only reads personal data' },
    acks: { type: 'string', value: '<acks>', what: `${ACKS.join(', ')} (option producer.acks)` },
  },
  examples: [
    ['events acl --for producer --publishes orders', 'prints the rules for a service that only publishes'],
    [
      'events acl --for worker --streams orders --publishes payments --group payment_service --state payments',
      'prints the rules for a service that handles orders and publishes payments',
    ],
    ["redis-cli ACL SETUSER audit on '>secret' $(events acl --for viewer)", 'creates a user that only reads'],
  ],
  redis: [
    [
      'ACL SETUSER <name> on ><password> <rules>',
      'create the user; in an ACL file: user <name> on ><password> <rules>',
    ],
  ],
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
    const rules = rulesOf(role, scope);
    if (json) await output.row({ role, rules });
    else await output.line(rules.join(' '));
    return EXIT.ok;
  },
});

/** @throws UsageError if an option that the role needs is missing */
function rulesOf(role: AclRole, scope: AclScope): string[] {
  try {
    return aclRules(role, scope);
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    throw new UsageError(`${error.message.replace(/^Expected /, 'Expected --')}. See: events help acl`, {
      cause: error,
    });
  }
}

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
