import type { RetentionPolicy } from '../model/retention-policy.js';
import { demandKnownOptions } from '../model/option-names.js';
import { wholeNumber, wrong, type Check, type OptionName } from './check.js';

const age = wholeNumber({ min: 0, max: 2 ** 42 });
const length = wholeNumber({ min: 0, max: 2 ** 40 });

/** What is kept of each stream, by its name without prefix; of those without a policy everything. */
export const retentionOptions: Check<Readonly<Record<string, RetentionPolicy>>> = (option, given) => {
  const policies = (given ?? {}) as Readonly<Record<string, RetentionPolicy>>;
  for (const [streamName, policy] of Object.entries(policies)) checkPolicy(option.in(streamName), policy);
  return { ...policies };
};

function checkPolicy(option: OptionName, policy: RetentionPolicy): void {
  demandKnownOptions(option.caller, policy, ['maxAgeMs', 'maxLength', 'hardMaxLength'], `${option.path}.`);
  const { maxAgeMs, maxLength, hardMaxLength } = policy;
  if (maxAgeMs === undefined && maxLength === undefined && hardMaxLength === undefined) {
    throw wrong(option, 'at least one of maxAgeMs, maxLength and hardMaxLength', policy);
  }
  if (maxAgeMs !== undefined) age(option.in('maxAgeMs'), maxAgeMs, {});
  if (maxLength !== undefined) length(option.in('maxLength'), maxLength, {});
  if (hardMaxLength === undefined) return;
  wholeNumber({ min: Math.max(1, maxLength ?? 1), max: 2 ** 40 })(option.in('hardMaxLength'), hardMaxLength, {});
}
