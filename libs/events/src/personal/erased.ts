/** The property that marks encrypted or erased personal data in a payload. Its value is the version of the format. */
export const MARK = '$personal';
export const FORMAT = 1;

/**
 * What a handler gets in place of personal data whose key was destroyed, whatever type the field has; see {@link isErased}. As text it is
 * `erased`. As JSON it is erased data again, so it can be stored and published.
 */
export class Erased {
  /** `erased` */
  toString(): string {
    return 'erased';
  }

  /** What readers take for erased data again. */
  toJSON(): unknown {
    return { [MARK]: FORMAT, erased: true };
  }
}

/** The only instance. */
export const ERASED: Erased = Object.freeze(new Erased());

/** Erased data as it stands in a payload's JSON. */
export const ERASED_JSON = JSON.stringify(ERASED);

/** Whether a value is erased personal data: as a handler gets it, or as parsed JSON has it. */
export function isErased(value: unknown): value is Erased {
  if (typeof value !== 'object' || value === null) return false;
  if (value instanceof Erased) return true;
  const { [MARK]: format, erased } = value as { [MARK]?: unknown; erased?: unknown };
  return format === FORMAT && erased === true;
}
