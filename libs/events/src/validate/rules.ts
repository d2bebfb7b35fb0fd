import { getMetadataStorage } from 'class-validator';
import type { Generate } from './generate.js';
import { inlined } from './inline.js';
import type { Class } from './plain-class.js';
import type { Check, Constraint, IsValid, PropertyChecks, Rule } from './property-checks.js';

/** The check of all decorators of a property. @param nested the check for `@ValidateNested` */
export function propertyChecks(
  target: Class,
  name: string,
  rules: readonly Rule[],
  nested: Check,
  generate: Generate,
): PropertyChecks {
  const conditional = rules.filter(({ type }) => type === 'conditionalValidation');
  return {
    name,
    condition: conditionOf(conditional.filter((rule) => rule.name !== 'isOptional')),
    isOptional: conditional.some((rule) => rule.name === 'isOptional'),
    // Checks of each item come last: the value may be too long, or no array.
    checks: rules
      .toSorted((one, other) => Number(looksAtItems(one)) - Number(looksAtItems(other)))
      .flatMap((rule) => {
        if (rule.type === 'nestedValidation') return [{ check: nested }];
        if (rule.type !== 'customValidation' && rule.type !== 'isDefined') return [];
        return getMetadataStorage()
          .getTargetValidatorConstraints(rule.constraintCls)
          .filter((constraint) => !constraint.async) // validateSync skips them
          .map((constraint) => {
            const check = constraintCheck(rule, constraint, target.name);
            return { check, inline: isFunction(constraint) ? inlined(rule, constraint, check, generate) : undefined };
          });
      }),
  };
}

function looksAtItems({ type, each, name }: Rule): boolean {
  return type === 'nestedValidation' || each || name === 'arrayUnique';
}

function conditionOf(rules: readonly Rule[]): Check | undefined {
  if (rules.length === 0) return undefined;
  const conditions = rules.map(({ constraints: [holds] }) => holds as (instance: object, value: unknown) => unknown);
  // class-validator calls all of them, even when the first one is false.
  return (value, instance) => conditions.map((holds) => holds(instance, value)).every(Boolean);
}

/** The decorator's own test, as class-validator calls it. */
export function constraintCheck(rule: Rule, constraint: Constraint, targetName: string): Check {
  // A container may make a validator class anew for each call; that of a function decorator it never does.
  const known = isFunction(constraint) ? boundValidate(constraint) : undefined;
  return (value, instance) => {
    if (rule.validateIf && !rule.validateIf(instance, value)) return true;
    const validate = known ?? boundValidate(constraint);
    const about = {
      targetName,
      property: rule.propertyName,
      object: instance,
      value,
      constraints: rule.constraints,
    };
    if (!rule.each) return Boolean(validate(value, about));
    if (value instanceof Set || value instanceof Map) return false;
    if (!Array.isArray(value)) return Boolean(validate(value, about));
    return value.every((item) => Boolean(validate(item, about)));
  };
}

function boundValidate({ instance }: Constraint) {
  return instance.validate.bind(instance);
}

/** Whether the validator is a function: class-validator makes a class of this name for it. */
function isFunction({ target }: Constraint): boolean {
  return target.name === 'CustomConstraint';
}

/** `@ValidateNested`. @param isValid of the property's class, as `@Type` gives it */
export function nestedCheck(isValid: IsValid | undefined): Check {
  const nested = (value: unknown): boolean => {
    if (value === undefined) return true;
    if (Array.isArray(value)) {
      for (const item of value as unknown[]) if (!nested(item)) return false;
      return true;
    }
    return isValid !== undefined && typeof value === 'object' && value !== null && isValid(value);
  };
  return nested;
}
