/** What an expression asks for, by name. */
export interface Names {
  readonly metrics: readonly string[];
  readonly labels: readonly string[];
}

const STRING = /"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'/g;
const GROUPING = /\b(?:by|without|on|ignoring|group_left|group_right)\s*\(([^)]*)\)/g;
const MATCHERS = /\{([^}]*)\}/g;
const RANGE = /\[[^\]]*\]/g;
const OFFSET = /\boffset\s+-?\w+/g;
const OPERATOR = new Set(['and', 'or', 'unless', 'bool', 'inf', 'nan']);

/** Names the metrics and labels of a PromQL expression. It is no parser: `promtool` says whether one is valid. */
export function namesIn(expression: string): Names {
  const labels: string[] = [];
  const take = (_: string, inner: string): string => {
    labels.push(...(inner.match(/[A-Za-z_]\w*/g) ?? []));
    return ' ';
  };
  const rest = expression
    .replace(STRING, '') // first: a string may hold any of what follows
    .replace(GROUPING, take)
    .replace(MATCHERS, take)
    .replace(RANGE, '')
    .replace(OFFSET, '');
  // What is called is a function or an aggregation; these may have lost the grouping between their name and their argument.
  const words = rest.match(/(?<![\w.])[A-Za-z_:][\w:]*(?!\s*\()(?![\w:])/g) ?? [];
  return { metrics: words.filter((word) => !OPERATOR.has(word.toLowerCase())), labels };
}
