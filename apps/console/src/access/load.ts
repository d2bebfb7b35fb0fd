import type { NextFunction, Request, Response } from 'express';
import { problemOf } from './problem.js';

/** How many requests of one kind are handled at once, and how many may wait. Each one that is handled holds its answer in memory. */
export interface LoadLimits {
  concurrent: number;
  queued: number;
  /** How long the client may take to read an answer, in milliseconds: a client that does not read must not block others. */
  timeoutMs: number;
}

/** Requests that read entries: an answer can have some megabytes, and needs several times as much to be made. */
export const HEAVY_REQUESTS: LoadLimits = { concurrent: 4, queued: 100, timeoutMs: 30_000 };
/** Requests that are answered from memory, or read little. */
export const LIGHT_REQUESTS: LoadLimits = { concurrent: 16, queued: 200, timeoutMs: 30_000 };

const RETRY_AFTER_SECONDS = 2;

/**
 * Handles a limited number of requests at once. Others wait in a queue; if the queue is full, the answer is 503 `busy`. A client that
 * disconnects frees its place.
 */
export function limitLoad({ concurrent, queued, timeoutMs }: LoadLimits) {
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
      // The time limit begins with the answer: the time before that is the console's own.
      response.end = ((...args: Parameters<typeof end>) => {
        deadline ??= setTimeout(() => response.destroy(), timeoutMs);
        return end(...args);
      }) as typeof end;
      response.once('close', () => {
        clearTimeout(deadline);
        leave();
      });
      next();
    };
    if (running < concurrent) {
      enter();
      return;
    }
    if (queue.length >= queued) {
      response
        .status(503)
        .header('Retry-After', String(RETRY_AFTER_SECONDS))
        .json(problemOf('busy', 'The console is handling too many requests; try again in a moment'));
      return;
    }
    queue.push(enter);
    response.once('close', () => {
      const place = queue.indexOf(enter);
      if (place !== -1) queue.splice(place, 1);
    });
  };
}
