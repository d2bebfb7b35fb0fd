/** The interval of looks while a client watches, in milliseconds. */
export const POLL_EVERY_MS = 1000;

/** A look that is younger than this is reused, in milliseconds: requests at about the same time share it. */
export const FRESH_MS = 500;
