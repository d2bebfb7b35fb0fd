/** @typedef {ReturnType<typeof createTalk>} Talk */

/** Messages from and to the parent: each is an object whose `is` says what it is. */
export function createTalk() {
  /** @type {Map<string, (message: Record<string, unknown>) => void>} */
  const waiting = new Map();
  /** @type {Map<string, Record<string, unknown>>} */
  const early = new Map();
  process.on('message', (/** @type {{ is: string }} */ message) => {
    const resolve = waiting.get(message.is);
    if (resolve) resolve(message);
    else early.set(message.is, message);
  });
  return {
    /**
     * @param {string} is
     * @param {Record<string, unknown>} [more]
     */
    say(is, more = {}) {
      process.send?.({ is, ...more });
    },
    /**
     * @param {string} is
     * @returns {Promise<Record<string, unknown>>}
     */
    hear(is) {
      const message = early.get(is);
      if (message) return Promise.resolve(message);
      return new Promise((resolve) => {
        waiting.set(is, resolve);
      });
    },
  };
}
