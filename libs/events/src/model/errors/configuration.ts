import { bounded } from '../../log/safe-text.js';
import { EventsError, MAX_SHOWN_LENGTH } from './events-error.js';

/** A wrong option, decorator or handler, found when the application starts. */
export class ConfigurationError extends EventsError {}

/** Another version of this library has written the data in Redis. No events were read, and nothing was written. */
export class LayoutVersionError extends ConfigurationError {
  constructor(
    /** Of the keys: `ecommerce`. */
    readonly prefix: string,
    /** The key that says which layout the data has. */
    readonly key: string,
    /** The layout that this version of the library reads and writes. */
    readonly expected: number,
    /** The layout of the data; null where a version has written it that did not number layouts yet. */
    readonly found: string | null,
  ) {
    const came = found === null ? 'none, since an earlier version has written it' : bounded(found, MAX_SHOWN_LENGTH);
    super(
      `Expected layout ${String(expected)} of the data of ${prefix} in Redis (key ${key}), got ${came}. ` +
        'Either start the version of nestjs-event-streams that has written it. Or let that version handle what is open, stop all ' +
        `applications of ${prefix}, and begin with another prefix or with an empty Redis`,
    );
  }
}
