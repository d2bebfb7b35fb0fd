import { asText, asTexts } from '../../connection/reply.js';
import type { Question } from './question.js';

/** The server's clock, which entry ids are made from: milliseconds since 1970. */
export const NOW: Question<number> = {
  command: ['TIME'],
  missing: 0,
  read: (reply) => {
    const [seconds, microseconds] = asTexts(reply, 'TIME');
    return Number(seconds) * 1000 + Math.floor(Number(microseconds) / 1000);
  },
};

/** What Redis takes away when its memory is full; null where it does not tell. */
export const EVICTION_POLICY: Question<string | null> = {
  command: ['INFO', 'memory'],
  missing: null,
  isOptional: true,
  read: (reply) => /^maxmemory_policy:(\S+)/m.exec(asText(reply, 'INFO'))?.[1] ?? null,
};

/** A line for each ordinary connection to the server; null where this Redis user may not see them. */
export const CLIENTS: Question<string[] | null> = {
  command: ['CLIENT', 'LIST', 'TYPE', 'normal'],
  missing: null,
  isOptional: true,
  read: (reply) =>
    asText(reply, 'CLIENT LIST')
      .split('\n')
      .filter((line) => line !== ''),
};
