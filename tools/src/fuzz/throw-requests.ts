import { createRequests, type Known } from './requests.js';
import { sendRequest, type Outcome } from './send-request.js';
import type { Random } from '../trial/random.js';

const AT_ONCE = 12;

interface ThrowRequestsOptions {
  readonly random: Random;
  readonly known: Known;
  /** By the titles of the apps. */
  readonly ports: ReadonlyMap<string, number>;
  readonly count: number;
  readonly tell: (done: number) => void;
}

/**
 * Sends hostile requests, some at a time.
 * @returns how often which outcome was; and requests that were
 * served, or not answered, or that an app failed at
 */
export async function throwRequests({
  random,
  known,
  ports,
  count,
  tell,
}: ThrowRequestsOptions): Promise<{ outcomes: Record<string, number>; wrong: string[] }> {
  const make = createRequests(random, known);
  const outcomes: Record<string, number> = {};
  const wrong: string[] = [];
  let begun = 0;
  let done = 0;
  const oneAfterTheOther = async () => {
    while (begun < count) {
      begun += 1;
      const request = make();
      const outcome = await sendRequest({ port: ports.get(request.app) ?? 0, ...request });
      outcomes[String(outcome)] = (outcomes[String(outcome)] ?? 0) + 1;
      if (!isRight(request, outcome)) {
        const start = request.bytes.toString('latin1').slice(0, 300);
        wrong.push(`${request.kind}: ${request.app} answered ${String(outcome)} to ${JSON.stringify(start)}`);
      }
      done += 1;
      tell(done);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, oneAfterTheOther));
  return { outcomes, wrong };
}

/** Whether a request was refused, or is one that may be served. That an app is busy is an answer, that it has failed is none. */
export function isRight(
  { mayBeServed, isUnfinished }: { mayBeServed: boolean; isUnfinished: boolean },
  outcome: Outcome,
) {
  if (typeof outcome !== 'number') return outcome === 'closed' || (isUnfinished && outcome === 'kept');
  if (outcome >= 500) return outcome === 503;
  return outcome >= 400 || mayBeServed;
}
