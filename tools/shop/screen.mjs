import { paintFor } from '../terminal/paint.mjs';

/** @type {readonly import('../terminal/paint.mjs').Style[]} */
const COLOURS = ['green', 'yellow', 'blue', 'magenta', 'cyan'];

/** The name under which the supervisor itself speaks. */
const OWN_TITLE = 'shop';

/**
 * Prints the lines of all apps, each behind its app's name, and the notices of the shop.
 * @param {object} options
 * @param {NodeJS.WriteStream} options.stream
 * @param {readonly string[]} options.titles of the apps
 * @param {boolean} options.quiet without the apps' lines
 */
export function createScreen({ stream, titles, quiet }) {
  const paint = paintFor(stream);
  const width = Math.max(OWN_TITLE.length, ...titles.map((title) => title.length));
  const prefixes = new Map(
    titles.map((title, index) => [title, paint(COLOURS[index % COLOURS.length] ?? 'cyan', `${title.padEnd(width)} |`)]),
  );
  const ownPrefix = paint('bold', `${OWN_TITLE.padEnd(width)} |`);
  let muted = quiet;

  const write = (/** @type {string} */ title, /** @type {string} */ line) => {
    stream.write(`${prefixes.get(title) ?? title} ${line}\n`);
  };
  const notice = (/** @type {string} */ text) => {
    stream.write(`${ownPrefix} ${paint('yellow', text)}\n`);
  };

  return {
    paint,
    notice,
    /** @param {string} text */
    say(text) {
      stream.write(`${ownPrefix} ${text}\n`);
    },
    /** From now on the apps' lines stay off the screen, which belongs to the verdict. */
    mute() {
      muted = true;
    },
    /**
     * @param {string} title of the app
     * @returns {import('./app-process.mjs').AppListener}
     */
    listenerOf(title) {
      return {
        notice,
        line(line) {
          if (!muted) write(title, line);
        },
        failed({ reason, output }) {
          // Somebody who kills an app knows why it ended; what it said before would only scroll the screen.
          if (!quiet || reason.startsWith('SIG')) return;
          for (const line of output) write(title, line);
        },
      };
    },
  };
}
