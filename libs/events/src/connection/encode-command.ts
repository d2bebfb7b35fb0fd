/** An argument that is in the form already in which Redis gets it. */
export interface PackedArgument {
  /** Its bytes, each a character; put together they are the argument. */
  readonly pieces: readonly string[];
}

/** An argument of a command: text goes to Redis as UTF-8, a number as JavaScript writes it. */
export type Argument = string | number | PackedArgument;

/** A command: its name, in capitals, and its arguments. */
export type RedisCommand = readonly [name: string, ...args: Argument[]];

const DOLLAR = 36;
const CR = 13;
const LF = 10;
const ZERO = 48;
/** Up to this length it is quicker to copy characters than to ask for it. */
const SHORT = 24;

/** Lengths of the arguments of the command that is being encoded; one at a time. */
let lengths = new Uint32Array(4096);

/**
 * Memory of commands that were answered, for the next ones: new memory for each starts large garbage collections, see
 * docs/internals/performance.md#memory-outside-of-the-heap-starts-large-collections
 */
const spare: Buffer[] = [];
const MAX_SPARE = 4;
const SMALLEST_SPARE = Buffer.poolSize;
const LARGEST_SPARE = 2 ** 18;

/** A command in the protocol's form, written into one buffer: docs/internals/performance.md#pieces-of-text-are-garbage */
export function encodeCommand(args: readonly Argument[]): Buffer {
  if (args.length > lengths.length) lengths = new Uint32Array(2 * args.length);
  let size = 1 + digitsOf(args.length) + 2;
  const packed: (readonly string[])[] = [];
  for (let index = 0; index < args.length; index += 1) {
    const arg = args[index] as Argument;
    let length: number;
    if (typeof arg === 'string') {
      length = byteLength(arg);
    } else if (typeof arg === 'number') {
      length = numberLength(arg);
    } else {
      const { pieces } = arg;
      packed.push(pieces);
      length = lengthOf(pieces);
    }
    lengths[index] = length;
    size += 1 + digitsOf(length) + 2 + length + 2;
  }
  const buffer = memory(size);
  buffer[0] = 42; // *
  let at = writeLine(buffer, 1, args.length);
  let next = 0;
  for (let index = 0; index < args.length; index += 1) {
    const arg = args[index] as Argument;
    const length = lengths[index] as number;
    buffer[at] = DOLLAR;
    at = writeLine(buffer, at + 1, length);
    if (typeof arg === 'string') {
      writeText(buffer, at, arg, length);
    } else if (typeof arg === 'number') {
      writeText(buffer, at, String(arg), length);
    } else {
      writePieces(buffer, at, packed[next++] as readonly string[]);
    }
    at += length;
    buffer[at] = CR;
    buffer[at + 1] = LF;
    at += 2;
  }
  return buffer;
}

/** Gives the memory of a command to the next ones: nobody looks at its bytes any more. */
export function recycleCommand(encoded: Buffer): void {
  const { length } = encoded;
  // Smaller ones share their memory with others.
  if (spare.length < MAX_SPARE && length >= SMALLEST_SPARE && length <= LARGEST_SPARE) spare.push(encoded);
}

function memory(size: number): Buffer {
  if (size < SMALLEST_SPARE || size > LARGEST_SPARE) return Buffer.allocUnsafe(size);
  const found = spare.findIndex(({ buffer }) => buffer.byteLength >= size);
  const [reused] = found === -1 ? [] : spare.splice(found, 1);
  return Buffer.from(reused?.buffer ?? new ArrayBuffer(capacityOf(size)), 0, size);
}

/** Powers of two, so that the next command, of about as many bytes, finds room in it. */
function capacityOf(size: number): number {
  return 2 ** Math.ceil(Math.log2(size));
}

function lengthOf(pieces: readonly string[]): number {
  let length = 0;
  for (const piece of pieces) length += piece.length;
  return length;
}

function writePieces(buffer: Buffer, from: number, pieces: readonly string[]): void {
  let at = from;
  for (const piece of pieces) {
    buffer.write(piece, at, 'latin1');
    at += piece.length;
  }
}

function writeText(buffer: Buffer, at: number, text: string, length: number): void {
  if (length !== text.length) buffer.write(text, at, 'utf8');
  else if (length > SHORT) buffer.write(text, at, 'latin1');
  else for (let index = 0; index < length; index += 1) buffer[at + index] = text.charCodeAt(index);
}

/** A whole number and the end of the line. @returns where to go on */
function writeLine(buffer: Buffer, at: number, value: number): number {
  const digits = digitsOf(value);
  let rest = value;
  for (let place = at + digits - 1; place >= at; place -= 1) {
    buffer[place] = ZERO + (rest % 10);
    rest = Math.floor(rest / 10);
  }
  buffer[at + digits] = CR;
  buffer[at + digits + 1] = LF;
  return at + digits + 2;
}

function digitsOf(value: number): number {
  if (value < 10) return 1;
  if (value < 100) return 2;
  if (value < 1000) return 3;
  let digits = 3;
  for (let rest = Math.floor(value / 1000); rest > 0; rest = Math.floor(rest / 10)) digits += 1;
  return digits;
}

function numberLength(value: number): number {
  return Number.isInteger(value) && value >= 0 && value < 1e15 ? digitsOf(value) : String(value).length;
}

/** Most values are short and ASCII, and asking takes longer than looking. */
function byteLength(text: string): number {
  const { length } = text;
  if (length > SHORT) return Buffer.byteLength(text);
  for (let index = 0; index < length; index += 1) if (text.charCodeAt(index) > 127) return Buffer.byteLength(text);
  return length;
}
