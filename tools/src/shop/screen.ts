import { paintFor, type Style } from '../terminal/paint.js';
import type { AppListener } from './app-process.js';

const COLOURS: readonly Style[] = ['green', 'yellow', 'blue', 'magenta', 'cyan'];

/** The title of messages of `npm start` itself. */
const OWN_TITLE = 'shop';

interface CreateScreenOptions {
  readonly stream: NodeJS.WriteStream;
  /** The titles of the apps. */
  readonly titles: readonly string[];
  /** Does not print the apps' lines. */
  readonly quiet: boolean;
}

/** Prints the lines of all apps, each after its app's title, and the messages of `npm start`. */
export function createScreen({ stream, titles, quiet }: CreateScreenOptions) {
  const paint = paintFor(stream);
  const width = Math.max(OWN_TITLE.length, ...titles.map((title) => title.length));
  const prefixes = new Map(
    titles.map((title, index) => [title, paint(COLOURS[index % COLOURS.length] ?? 'cyan', `${title.padEnd(width)} |`)]),
  );
  const ownPrefix = paint('bold', `${OWN_TITLE.padEnd(width)} |`);
  let muted = quiet;

  const write = (title: string, line: string) => {
    stream.write(`${prefixes.get(title) ?? title} ${line}\n`);
  };
  const notice = (text: string) => {
    stream.write(`${ownPrefix} ${paint('yellow', text)}\n`);
  };

  return {
    paint,
    notice,
    say(text: string) {
      stream.write(`${ownPrefix} ${text}\n`);
    },
    /** From now on, the apps' lines are not printed, so that they do not mix with the audit's report. */
    mute() {
      muted = true;
    },
    /** @param title the app's title */
    listenerOf(title: string): AppListener {
      return {
        notice,
        line(line) {
          if (!muted) write(title, line);
        },
        failed({ reason, output }) {
          // An app that a signal has ended was killed on purpose: its last lines say nothing about the reason.
          if (!quiet || reason.startsWith('SIG')) return;
          for (const line of output) write(title, line);
        },
      };
    },
  };
}
