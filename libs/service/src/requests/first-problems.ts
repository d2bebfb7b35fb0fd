/** How many problems of one request are reported. A caller who corrects them gets the next ones. */
export const MAX_PROBLEMS = 20;
const MAX_PROBLEM_LENGTH = 300;

/** The first problems of a list. Long ones are cut. */
export function firstProblems(problems: readonly string[]): string[] {
  return problems
    .slice(0, MAX_PROBLEMS)
    .map((problem) => (problem.length > MAX_PROBLEM_LENGTH ? `${problem.slice(0, MAX_PROBLEM_LENGTH)}…` : problem));
}
