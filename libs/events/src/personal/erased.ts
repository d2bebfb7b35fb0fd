/** Marks what stands in a payload for personal data, and says in which version; the README says it. */
export const MARK = '$personal';
export const FORMAT = 1;

/**
 * What a handler gets in place of personal data whose key was destroyed, whatever type the field has: {@link isErased} tells.
 * As a text it is `erased`; as JSON it is what readers take for erased data again, so it can be kept and published on.
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

/** The one that there is. */
export const ERASED: Erased = Object.freeze(new Erased());

/** Erased data as it stands in a payload's JSON. */
export const ERASED_JSON = JSON.stringify(ERASED);

/** Whether a value stands for erased personal data: as a handler gets it, or as JSON was parsed. */
export function isErased(value: unknown): value is Erased {
  if (typeof value !== 'object' || value === null) return false;
  if (value instanceof Erased) return true;
  const { [MARK]: format, erased } = value as { [MARK]?: unknown; erased?: unknown };
  return format === FORMAT && erased === true;
}
