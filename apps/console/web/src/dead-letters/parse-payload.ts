/** The payload that was typed, or why it is invalid. */
export function parsePayload(text: string): { json: string } | { problem: string } {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return { problem: `This is no JSON yet: ${error instanceof Error ? error.message : String(error)}` };
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    const came = value === null ? 'null' : Array.isArray(value) ? 'a list' : `a ${typeof value}`;
    return { problem: `A payload is a JSON object, {…}; this is ${came}.` };
  }
  return { json: text };
}
