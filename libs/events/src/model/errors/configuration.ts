import { EventsError } from './events-error.js';

/** A wrong option, decorator or handler, found when the application starts. */
export class ConfigurationError extends EventsError {}
