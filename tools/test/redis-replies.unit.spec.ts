import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createReplyReader, RedisReplyError } from '../src/redis/replies.js';

const STREAM = '+PONG\r\n:42\r\n$5\r\nhé\r\n\r\n$-1\r\n*2\r\n$1\r\na\r\n*1\r\n:-7\r\n-LOADING it loads\r\n*0\r\n';
const REPLIES = ['PONG', 42, 'hé\r\n', null, ['a', [-7]], new RedisReplyError('LOADING it loads'), []];

describe('the reader of replies', () => {
  it('reads every kind, wherever the chunks end', () => {
    const bytes = Buffer.from(STREAM);
    fc.assert(
      fc.property(fc.array(fc.nat(bytes.length)), (cuts) => {
        const edges = [0, ...cuts.sort((a, b) => a - b), bytes.length];
        const read = createReplyReader();
        const replies = edges.slice(1).flatMap((end, index) => read(bytes.subarray(edges[index], end)));
        expect(replies).toEqual(REPLIES);
      }),
    );
  });

  it('knows the code of an error', () => {
    expect(createReplyReader()(Buffer.from('-NOAUTH Authentication required.\r\n'))).toEqual([
      expect.objectContaining({ code: 'NOAUTH', message: 'NOAUTH Authentication required.' }),
    ]);
  });

  it.each(['HTTP/1.1 400 Bad Request\r\n', 'SSH-2.0'])('refuses %j', (text) => {
    expect(() => createReplyReader()(Buffer.from(text))).toThrow('does not speak the protocol of Redis');
  });
});
