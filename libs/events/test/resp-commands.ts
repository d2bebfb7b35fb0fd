/** A command as a client sent it. */
export interface SentCommand {
  /** In capitals: `XREADGROUP`. */
  name: string;
  bytes: Buffer;
}

/** Cuts what a client sends into its commands; what is not complete yet is kept for the next chunk. */
export class CommandSplitter {
  private rest: Buffer = Buffer.alloc(0);

  push(chunk: Buffer): SentCommand[] {
    this.rest = this.rest.length === 0 ? chunk : Buffer.concat([this.rest, chunk]);
    const commands: SentCommand[] = [];
    for (let command = this.take(); command; command = this.take()) commands.push(command);
    return commands;
  }

  /** RESP: `*<count>\r\n`, and for each argument `$<length>\r\n<bytes>\r\n`. */
  private take(): SentCommand | undefined {
    const count = this.lineAt(0);
    if (!count) return undefined;
    let at = count.end;
    let name = '';
    for (let index = 0; index < count.value; index += 1) {
      const length = this.lineAt(at);
      if (!length || this.rest.length < length.end + length.value + 2) return undefined;
      if (index === 0) name = this.rest.toString('latin1', length.end, length.end + length.value).toUpperCase();
      at = length.end + length.value + 2;
    }
    const bytes = this.rest.subarray(0, at);
    this.rest = this.rest.subarray(at);
    return { name, bytes };
  }

  /** The number after a type's sign, and where its line ends. */
  private lineAt(start: number): { value: number; end: number } | undefined {
    const end = this.rest.indexOf('\r\n', start, 'latin1');
    if (end < 0) return undefined;
    return { value: Number(this.rest.toString('latin1', start + 1, end)), end: end + 2 };
  }
}
