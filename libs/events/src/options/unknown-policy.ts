import { listed, wrong, type Check, type OptionName } from './check.js';

/** What becomes of an event that a worker does not know. */
export type UnknownPolicy = 'wait' | 'dead-letter' | 'ignore';

const POLICIES = ['wait', 'dead-letter', 'ignore'] as const satisfies readonly UnknownPolicy[];

/** One for all streams, or by the stream's name without prefix. */
export type UnknownPolicies = UnknownPolicy | Readonly<Record<string, UnknownPolicy>>;

/** A deployment replaces workers one by one: those that are still to be replaced get what only the new ones know. */
export const DEFAULT_UNKNOWN: UnknownPolicy = 'wait';

/** What becomes of events of one stream, without prefix, that a worker does not know. */
export function unknownPolicyOf(unknown: UnknownPolicies | undefined, streamName: string): UnknownPolicy {
  const policy =
    typeof unknown === 'object' ? (Object.hasOwn(unknown, streamName) ? unknown[streamName] : undefined) : unknown;
  return policy ?? DEFAULT_UNKNOWN;
}

export const unknownPolicies: Check<UnknownPolicies> = (option, given) => {
  if (typeof given !== 'object' || given === null) return checkedPolicy(option, given ?? DEFAULT_UNKNOWN);
  const byStream = Object.entries(given);
  return Object.fromEntries(
    byStream.map(([streamName, policy]) => [streamName, checkedPolicy(option.in(streamName), policy)]),
  );
};

function checkedPolicy(option: OptionName, given: unknown): UnknownPolicy {
  const policy = POLICIES.find((one) => one === given);
  if (policy !== undefined) return policy;
  throw wrong(option, listed(POLICIES), given);
}
