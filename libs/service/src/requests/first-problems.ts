/** So many problems are told of one request: whoever mends these may ask again. */
export const MAX_PROBLEMS = 20;
const MAX_PROBLEM_LENGTH = 300;

/** Of a list of problems the first ones, each of which is not too long. */
export function firstProblems(problems: readonly string[]): string[] {
  return problems
    .slice(0, MAX_PROBLEMS)
    .map((problem) => (problem.length > MAX_PROBLEM_LENGTH ? `${problem.slice(0, MAX_PROBLEM_LENGTH)}…` : problem));
}
