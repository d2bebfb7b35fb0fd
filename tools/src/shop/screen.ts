import { paintFor, type Style } from '../terminal/paint.js';
import type { AppListener } from './app-process.js';

const COLOURS: readonly Style[] = ['green', 'yellow', 'blue', 'magenta', 'cyan'];

/** The name under which the supervisor itself speaks. */
const OWN_TITLE = 'shop';

interface CreateScreenOptions {
  readonly stream: NodeJS.WriteStream;
  /** Of the apps. */
  readonly titles: readonly string[];
  /** Without the apps' lines. */
  readonly quiet: boolean;
}

/** Prints the lines of all apps, each behind its app's name, and the notices of the shop. */
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
    /** From now on the apps' lines stay off the screen, which belongs to the verdict. */
    mute() {
      muted = true;
    },
    /** @param title of the app */
    listenerOf(title: string): AppListener {
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
