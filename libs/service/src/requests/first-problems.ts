/** So many problems are told of one request: whoever mends these may ask again. */
export const MOST_PROBLEMS = 20;
const LONGEST_PROBLEM = 300;

/** Of a list of problems the first ones, each of which is not too long. */
export function firstProblems(problems: readonly string[]): string[] {
  return problems
    .slice(0, MOST_PROBLEMS)
    .map((problem) => (problem.length > LONGEST_PROBLEM ? `${problem.slice(0, LONGEST_PROBLEM)}…` : problem));
}
