import type { ErrorRule, RetryPolicy } from '../model/retry-policy.js';
import { demandKnownOptions } from '../model/option-names.js';
import { DAY_MS, HOUR_MS, listed, OptionName, resolveEach, wholeNumber, wrong } from './check.js';

/** A handler is tried five times; the four pauses together are at most 3 s. */
export const DEFAULT_RETRY: RetryPolicy = { attempts: 5, firstDelayMs: 200, maxDelayMs: 30_000 };

/** A retry policy: what is given, and the rest from `defaults`. @throws ConfigurationError */
export function resolveRetry(
  option: OptionName,
  given: Partial<RetryPolicy> | undefined,
  defaults: RetryPolicy,
): RetryPolicy {
  const policy = { ...defaults, ...given };
  return resolveEach<RetryPolicy>(
    {
      attempts: wholeNumber({ min: 1, max: 1000 }),
      firstDelayMs: wholeNumber({ min: 0, max: HOUR_MS }),
      maxDelayMs: wholeNumber({ min: policy.firstDelayMs, max: DAY_MS }),
    },
    policy,
    option,
  );
}

const ERROR_ACTIONS = ['retry', 'dead-letter', 'acknowledge'] as const satisfies readonly ErrorRule['action'][];

/** What a handler says of errors. @throws ConfigurationError for what is no class, as where two files import each other */
export function resolveErrorRules(option: OptionName, rules: readonly ErrorRule[] = []): readonly ErrorRule[] {
  for (const [index, given] of rules.entries()) {
    const rule = new OptionName(option.caller, `${option.path}[${String(index)}]`);
    demandKnownOptions(rule.caller, given, ['error', 'action'], `${rule.path}.`);
    const { error, action } = given;
    if (typeof error !== 'function') throw wrong(rule.in('error'), 'the class of an error', error);
    if (!ERROR_ACTIONS.includes(action)) throw wrong(rule.in('action'), listed(ERROR_ACTIONS), action);
  }
  return rules;
}
