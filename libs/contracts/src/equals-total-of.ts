import { ValidateBy, type ValidationArguments, type ValidationOptions } from 'class-validator';

interface Line {
  quantity: number;
  unit_price: number;
}

/** The total of some lines: Σ quantity × unit_price. */
export function totalOf(lines: readonly Line[]): number {
  return lines.reduce((total, { quantity, unit_price }) => total + quantity * unit_price, 0);
}

/** Checks that a number is the total of the lines of another property. Lines that are not valid are reported by that property's own checks. */
export function EqualsTotalOf(property: string, options?: ValidationOptions): PropertyDecorator {
  const linesOf = (args: ValidationArguments | undefined): readonly Line[] | undefined => {
    const lines = (args?.object as Record<string, unknown> | undefined)?.[property];
    return Array.isArray(lines) && lines.every(isLine) ? lines : undefined;
  };
  return ValidateBy(
    {
      name: 'equalsTotalOf',
      constraints: [property],
      validator: {
        validate: (value, args) => {
          const lines = linesOf(args);
          return lines === undefined || value === totalOf(lines);
        },
        defaultMessage: (args) =>
          `$property must be the total of ${property}, ${String(totalOf(linesOf(args) ?? []))}, got ${shown(args?.value)}`,
      },
    },
    options,
  );
}

/** Never calls an object's own `toString`, which could return anything. */
function shown(value: unknown): string {
  return typeof value === 'number' ? String(value) : `a value of type ${typeof value}`;
}

function isLine(value: unknown): value is Line {
  const line = value as Partial<Line> | null;
  return typeof line === 'object' && typeof line?.quantity === 'number' && typeof line.unit_price === 'number';
}
