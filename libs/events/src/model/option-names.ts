import { ConfigurationError } from './errors/configuration.js';

/** A name is taken for a misspelt one if at most this share of it is wrong. */
const MAX_WRONG = 0.5;

/**
 * Refuses an option that does not exist: a misspelt one would have no effect, and nobody would notice.
 *
 * @param caller what the options were given to: `createWorker`
 * @param parent what stands before the names in errors: `consumer.`
 * @param known the names of those that exist; also of those within them, with a dot: `retry.attempts`
 * @throws ConfigurationError that names the option, and the one that was probably meant
 */
export function demandKnownOptions(caller: string, options: object, known: readonly string[], parent = ''): void {
  const own = known.filter((one) => !one.includes('.'));
  const name = Object.keys(options).find((one) => !own.includes(one));
  if (name !== undefined) throw new ConfigurationError(`${caller}: ${noOption(name, known, parent)}`);
}

/** What is wrong with an option that does not exist, and which one was probably meant. The parameters are those of {@link demandKnownOptions}. */
export function noOption(name: string, known: readonly string[], parent = ''): string {
  const meant = nearest(name, known);
  const own = known.filter((one) => !one.includes('.'));
  const advice =
    meant === undefined
      ? `${parent === '' ? 'The options' : `Those of ${parent.slice(0, -1)}`} are ${own.join(', ')}`
      : `Did you mean ${parent}${meant}?`;
  return `there is no option ${parent}${name}. ${advice}`;
}

/** The known name whose last part is most like a given name; undefined if none is like it. */
function nearest(name: string, known: readonly string[]): string | undefined {
  const given = name.toLowerCase();
  const [best] = known
    .map((one) => {
      const last = one.slice(one.lastIndexOf('.') + 1).toLowerCase();
      return { one, distance: distanceOf(given, last), same: samePrefix(given, last) };
    })
    .filter(({ distance }) => distance <= name.length * MAX_WRONG)
    .sort((a, b) => a.distance - b.distance || b.same - a.same);
  return best?.one;
}

function samePrefix(one: string, other: string): number {
  let length = 0;
  while (length < one.length && one[length] === other[length]) length += 1;
  return length;
}

/** How many characters must be put in, left out or replaced to make one text of another (Levenshtein's distance). */
function distanceOf(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (let index = 0; index < one.length; index += 1) {
    const next = [index + 1];
    for (let place = 0; place < other.length; place += 1) {
      const replaced = (row[place] ?? 0) + (one[index] === other[place] ? 0 : 1);
      next.push(Math.min(replaced, (row[place + 1] ?? 0) + 1, (next[place] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
