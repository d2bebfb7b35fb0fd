import { createRequests } from './requests.mjs';
import { sendRequest } from './send-request.mjs';

const AT_ONCE = 12;

/** @typedef {import('./send-request.mjs').Outcome} Outcome */

/**
 * Sends hostile requests, some at a time.
 * @param {object} options
 * @param {import('./broken-json.mjs').Random} options.random
 * @param {import('./requests.mjs').Known} options.known
 * @param {ReadonlyMap<string, number>} options.ports by the titles of the apps
 * @param {number} options.count
 * @param {(done: number) => void} options.tell
 * @returns {Promise<{ outcomes: Record<string, number>, wrong: string[] }>} how often which outcome was; and requests that were
 *   served, or not answered, or that an app failed at
 */
export async function throwRequests({ random, known, ports, count, tell }) {
  const make = createRequests(random, known);
  /** @type {Record<string, number>} */
  const outcomes = {};
  /** @type {string[]} */
  const wrong = [];
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

/**
 * Whether a request was refused, or is one that may be served. That an app is busy is an answer, that it has failed is none.
 * @param {{ mayBeServed: boolean, isUnfinished: boolean }} request
 * @param {Outcome} outcome
 */
export function isRight({ mayBeServed, isUnfinished }, outcome) {
  if (typeof outcome !== 'number') return outcome === 'closed' || (isUnfinished && outcome === 'kept');
  if (outcome >= 500) return outcome === 503;
  return outcome >= 400 || mayBeServed;
}
