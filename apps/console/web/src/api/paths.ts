/** A path with encoded values, because names can contain any character. */
export function path(parts: TemplateStringsArray, ...values: string[]): string {
  return String.raw({ raw: parts }, ...values.map(encodeURIComponent));
}

/** A path with a query, without parameters that are undefined, null or empty. */
export function withQuery(
  base: string,
  query: Readonly<Record<string, string | number | boolean | null | undefined>>,
): string {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== '' && value !== null) params.set(name, String(value));
  }
  const text = params.toString();
  return text === '' ? base : `${base}?${text}`;
}

/** Addresses within the page. */
export const places = {
  stream: (stream: string) => path`/streams/${stream}`,
  entry: (stream: string, id: string) => withQuery(path`/streams/${stream}`, { entry: `${stream}/${id}` }),
  journey: (correlationId: string, near?: string) => withQuery(path`/journey/${correlationId}`, { near }),
  cause: (causeId: string) => path`/dead-letters/${causeId}`,
  deadLetter: (stream: string, id: string) => withQuery('/dead-letters', { 'dead-letter': `${stream}/${id}` }),
};
