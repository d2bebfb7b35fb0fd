import { describe, expect, it } from 'vitest';
import { looksOfATurn, planLook } from '../src/observe/look-plan.js';
import type { Picture } from '../src/observe/picture.js';
import { newStream } from '../src/observe/seen-streams.js';

function pictureOf(names: readonly string[]): Picture {
  const streams = new Map(names.map((name) => [name, newStream(name)]));
  return { atMs: 0, partitions: 1, streams, workers: null, goneSinceMs: new Map() };
}

describe('the plan of a look', () => {
  it.each([1, 24, 25, 48, 72, 73, 240, 500])(
    'asks for everything of each stream once in a while, with %i streams',
    (count) => {
      const names = Array.from({ length: count }, (_, number) => `s${String(number)}`);
      const picture = pictureOf(names);
      const asked = { groups: new Set<string>(), deadLetters: new Set<string>(), info: new Set<string>() };
      for (let look = 0; look < 200; look += 1) {
        const requests = planLook(look, names, picture);
        for (const { stream, deadLetters, info } of requests) {
          asked.groups.add(stream);
          if (deadLetters) asked.deadLetters.add(stream);
          if (info) asked.info.add(stream);
        }
        // Each look a bounded part of it.
        expect(requests.length).toBeLessThanOrEqual(240);
        expect(requests.filter(({ deadLetters }) => deadLetters).length).toBeLessThanOrEqual(24);
      }
      for (const streams of Object.values(asked)) expect(streams.size).toBe(count);
      expect(looksOfATurn(count)).toBe(Math.ceil(count / 240));
    },
  );
});
