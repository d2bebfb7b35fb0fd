import { emitKeypressEvents } from 'node:readline';
import type { Output } from './output.js';

/** The keyboard, as far as it is needed. */
export type Keyboard = Pick<NodeJS.ReadStream, 'on' | 'off' | 'resume' | 'pause'> & {
  isTTY?: boolean;
  setRawMode?: (raw: boolean) => unknown;
};

const ENTER = '\u001b[?1049h\u001b[?25l';
const LEAVE = '\u001b[?25h\u001b[?1049l';

/** The whole terminal, drawn again and again without flicker; it is as it was before when this is disposed of. */
export class Screen implements Disposable {
  private readonly leave = (): void => {
    process.stdout.write(LEAVE);
  };

  /** @param onKey told the name of each key: `q`, `up`, `ctrl-c` */
  constructor(
    private readonly output: Output,
    private readonly keyboard: Keyboard,
    private readonly onKey: (key: string) => void,
  ) {
    // Also when something else ends the process.
    process.once('exit', this.leave);
    process.stdout.write(ENTER);
    if (keyboard.isTTY !== true) return;
    emitKeypressEvents(keyboard as NodeJS.ReadStream);
    keyboard.setRawMode?.(true);
    keyboard.on('keypress', this.pressed);
    keyboard.resume();
  }

  draw(lines: readonly string[]): Promise<void> {
    const shown = lines.slice(0, this.output.height);
    return this.output.raw(`\u001b[H${shown.map((line) => `${line}\u001b[K`).join('\r\n')}\u001b[J`);
  }

  [Symbol.dispose](): void {
    process.off('exit', this.leave);
    if (this.keyboard.isTTY === true) {
      this.keyboard.off('keypress', this.pressed);
      this.keyboard.setRawMode?.(false);
      this.keyboard.pause();
    }
    this.leave();
  }

  private readonly pressed = (_text: string | undefined, key: { name?: string; ctrl?: boolean }): void => {
    if (key.name !== undefined) this.onKey(key.ctrl ? `ctrl-${key.name}` : key.name);
  };
}
