import { createHash } from 'node:crypto';
import type { DeadLetter } from 'nestjs-event-streams';
import { cut } from '../../streams/entry-summary.js';

const MAX_PATTERN_LENGTH = 200;
/** How many characters of a name are kept. */
const MAX_NAME_LENGTH = 256;
/** How many characters of a message count for its cause. */
const MAX_MESSAGE_LENGTH = 4000;

/** The parts in which messages of one cause differ: ids, numbers (also indices in paths), and quoted texts. */
const VARIABLE =
  /"[^"]*"|'[^']*'|“[^”]*”|\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b|\b(?=[0-9a-f]*\d)[0-9a-f]{8,}\b|\d+([.,]\d+)*/gi;

/** What dead letters with the same kind of failure have in common. */
export interface Cause {
  /** Opaque, the same for the same cause. */
  id: string;
  /** Without prefix. */
  stream: string;
  group: string;
  handler: string;
  reason: DeadLetter['reason'];
  errorName: string;
  errorPattern: string;
}

/** The cause of a dead letter. @param stream without prefix */
export function causeOf(
  stream: string,
  {
    group,
    handler,
    reason,
    errorName,
    errorMessage,
  }: Pick<DeadLetter, 'group' | 'handler' | 'reason' | 'errorName' | 'errorMessage'>,
): Cause {
  const { head, problems } = partsOf(errorMessage);
  const name = (text: string): string => cut(text, MAX_NAME_LENGTH);
  const common = JSON.stringify([stream, group, handler, reason, errorName, head, problems.toSorted()]);
  const id = createHash('sha256').update(common).digest('hex').slice(0, 20);
  return {
    ...{ id, stream, group: name(group), handler: name(handler), reason: name(reason) as Cause['reason'] },
    ...{ errorName: name(errorName), errorPattern: patternOf(errorMessage) },
  };
}

/** A message without the parts that differ from event to event. */
export function patternOf(message: string): string {
  const { head, problems } = partsOf(message);
  const pattern = `${head}${problems.join('; ')}`;
  return cut(pattern, MAX_PATTERN_LENGTH);
}

/**
 * The beginning of a message, and the problems that it lists, each once: the same mistake in other or more items of an array is the same
 * cause.
 */
function partsOf(message: string): { head: string; problems: string[] } {
  const [, head = '', list = ''] = /^(.*? is not valid: )?(.*)$/s.exec(message.slice(0, MAX_MESSAGE_LENGTH)) ?? [];
  const problems = list.split('; ').map((problem) => problem.replace(VARIABLE, '…').replace(/\s+/g, ' ').trim());
  // The last problem of a shortened message is incomplete.
  if (message.length > MAX_MESSAGE_LENGTH && problems.length > 1) problems.pop();
  return { head: head.replace(VARIABLE, '…'), problems: [...new Set(problems.filter((problem) => problem !== ''))] };
}
