/** How often the streams are looked at while somebody watches, in milliseconds. */
export const POLL_EVERY_MS = 1000;

/** What is that young need not be looked at again, in milliseconds: one look serves all who ask at about the same time. */
export const FRESH_MS = 500;
