import type { NextFunction, Request, Response } from 'express';
import { problemOf } from './problem.js';

/** Requests of one kind that are worked on at once, and how many may wait for that: each holds what it answers. */
export interface LoadLimits {
  atOnce: number;
  waiting: number;
  /** How long an answer may take to be read, in milliseconds: who reads none of it must not keep others waiting. */
  longestMs: number;
}

/** What reads entries: an answer can be some megabytes, and what it is made of some times as much. */
export const READING: LoadLimits = { atOnce: 4, waiting: 100, longestMs: 30_000 };
/** What is known already, or asks for little. */
export const LOOKING: LoadLimits = { atOnce: 16, waiting: 200, longestMs: 30_000 };

const RETRY_AFTER_SECONDS = 2;

/**
 * Lets so many requests in at once; others wait until an answer is through, and what is beyond that is told to come back (503
 * `busy`). Whoever goes away makes room at once.
 */
export function limitLoad({ atOnce, waiting, longestMs }: LoadLimits) {
  const queue: (() => void)[] = [];
  let running = 0;
  const leave = (): void => {
    running -= 1;
    queue.shift()?.();
  };
  return (_request: Request, response: Response, next: NextFunction): void => {
    const enter = (): void => {
      running += 1;
      const end = response.end.bind(response);
      let deadline: NodeJS.Timeout | undefined;
      // From when it is answered: what it takes until then is the console's own time.
      response.end = ((...args: Parameters<typeof end>) => {
        deadline ??= setTimeout(() => response.destroy(), longestMs);
        return end(...args);
      }) as typeof end;
      response.once('close', () => {
        clearTimeout(deadline);
        leave();
      });
      next();
    };
    if (running < atOnce) {
      enter();
      return;
    }
    if (queue.length >= waiting) {
      response
        .status(503)
        .header('Retry-After', String(RETRY_AFTER_SECONDS))
        .json(problemOf('busy', 'The console answers as many requests as it can at once; ask again in a moment'));
      return;
    }
    queue.push(enter);
    response.once('close', () => {
      const place = queue.indexOf(enter);
      if (place !== -1) queue.splice(place, 1);
    });
  };
}
