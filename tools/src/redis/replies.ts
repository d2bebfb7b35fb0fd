/** An error that Redis answered; the message is Redis' own, beginning with its code (`NOAUTH`, `LOADING`, …). */
export class RedisReplyError extends Error {
  override readonly name = 'RedisReplyError';
  readonly code: string;

  constructor(message: string) {
    super(message);
    this.code = message.split(' ', 1)[0] ?? '';
  }
}

/** an array holds replies again */
export type Reply = string | number | null | RedisReplyError | unknown[];

/** Thrown inside the parser where a reply is not complete yet. */
const INCOMPLETE = new Error('incomplete');

/**
 * Reads RESP2 replies from chunks that may end anywhere.
 * @returns takes a chunk, returns the replies that it completed
 */
export function createReplyReader(): (chunk: Buffer) => Reply[] {
  let rest = Buffer.alloc(0);
  return (chunk) => {
    rest = Buffer.concat([rest, chunk]);
    const replies: Reply[] = [];
    try {
      for (;;) {
        const cursor = { at: 0 };
        replies.push(readReply(rest, cursor));
        rest = rest.subarray(cursor.at);
      }
    } catch (error) {
      if (error !== INCOMPLETE) throw error;
    }
    return replies;
  };
}

function readReply(bytes: Buffer, cursor: { at: number }): Reply {
  const line = readLine(bytes, cursor);
  const text = line.slice(1);
  switch (line[0]) {
    case '+':
      return text;
    case '-':
      return new RedisReplyError(text);
    case ':':
      return Number(text);
    case '$':
      return readBulk(bytes, cursor, Number(text));
    case '*':
      if (Number(text) < 0) return null;
      return Array.from({ length: Number(text) }, () => readReply(bytes, cursor));
    default:
      throw new Error('it does not speak the protocol of Redis');
  }
}

function readBulk(bytes: Buffer, cursor: { at: number }, length: number) {
  if (length < 0) return null;
  const end = cursor.at + length;
  if (bytes.length < end + 2) throw INCOMPLETE;
  const text = bytes.toString('utf8', cursor.at, end);
  cursor.at = end + 2;
  return text;
}

function readLine(bytes: Buffer, cursor: { at: number }) {
  const end = bytes.indexOf('\r\n', cursor.at);
  if (end === -1) {
    if (bytes.length > cursor.at && !'+-:$*'.includes(String.fromCharCode(bytes[cursor.at] ?? 0))) {
      throw new Error('it does not speak the protocol of Redis');
    }
    throw INCOMPLETE;
  }
  const line = bytes.toString('utf8', cursor.at, end);
  cursor.at = end + 2;
  return line;
}
