import { createRequests, type RequestContext } from './hostile-requests.js';
import { sendRequest, type Outcome } from './send-request.js';
import type { Random } from '../trial/random.js';

const CONCURRENCY = 12;

interface SendRequestsOptions {
  readonly random: Random;
  readonly context: RequestContext;
  /** By the titles of the apps. */
  readonly ports: ReadonlyMap<string, number>;
  readonly count: number;
  readonly onProgress: (done: number) => void;
}

/**
 * Sends hostile requests, CONCURRENCY at a time.
 * @returns the number of requests by outcome, and the requests that were accepted, got no answer, or made an app fail
 */
export async function sendRequests({
  random,
  context,
  ports,
  count,
  onProgress,
}: SendRequestsOptions): Promise<{ outcomes: Record<string, number>; wrongOutcomes: string[] }> {
  const make = createRequests(random, context);
  const outcomes: Record<string, number> = {};
  const wrongOutcomes: string[] = [];
  let begun = 0;
  let done = 0;
  const sendInSequence = async () => {
    while (begun < count) {
      begun += 1;
      const request = make();
      const outcome = await sendRequest({ port: ports.get(request.app) ?? 0, ...request });
      outcomes[String(outcome)] = (outcomes[String(outcome)] ?? 0) + 1;
      if (!isExpected(request, outcome)) {
        const start = request.bytes.toString('latin1').slice(0, 300);
        wrongOutcomes.push(`${request.kind}: ${request.app} answered ${String(outcome)} to ${JSON.stringify(start)}`);
      }
      done += 1;
      onProgress(done);
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, sendInSequence));
  return { outcomes, wrongOutcomes };
}

/** Whether a request was rejected, or may be accepted. A 503 (busy) is a rejection; any other 5xx is a failure of the app. */
export function isExpected(
  { mayBeServed, isUnfinished }: { mayBeServed: boolean; isUnfinished: boolean },
  outcome: Outcome,
) {
  if (typeof outcome !== 'number') return outcome === 'closed' || (isUnfinished && outcome === 'waiting');
  if (outcome >= 500) return outcome === 503;
  return outcome >= 400 || mayBeServed;
}
