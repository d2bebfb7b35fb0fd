import { useState, type ReactNode } from 'react';
import type { PayloadText } from '../../../src/contract/streams.js';
import { bytes } from '../format/numbers.js';
import { Text } from './text.js';

/** How much of a payload is shown at first, in characters. */
const SHOWN = 20_000;

const TOKEN = /("(?:[^"\\]|\\.)*")(\s*:)?|\b(?:true|false|null)\b|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;

/** A payload as text, with colours, and the numbers that lose precision when parsed. Only its beginning is shown until the user asks for all. */
export function Json({ payload, label }: { payload: PayloadText; label: string }) {
  const [whole, setWhole] = useState(false);
  const { json: text, losses } = payload;
  const cut = !whole && text.length > SHOWN;
  const shown = cut ? text.slice(0, SHOWN) : text;
  return (
    <div className="stack-tight">
      <pre className="code" tabIndex={0} role="group" aria-label={label}>
        {shown.length > SHOWN ? <Text most={Infinity}>{shown}</Text> : coloured(shown)}
        {cut ? '…' : ''}
      </pre>
      {cut ? (
        <button
          type="button"
          className="link-button small"
          onClick={() => {
            setWhole(true);
          }}
        >
          Show all ({bytes(text.length)})
        </button>
      ) : null}
      {losses.length === 0 ? null : (
        <ul className="quiet small" aria-label={`${label}: numbers that JavaScript reads differently`}>
          {losses.map((loss) => (
            <li key={loss}>
              Not exact: <Text>{loss}</Text>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

function coloured(text: string): ReactNode[] {
  const nodes: ReactNode[] = [];
  let from = 0;
  for (const match of text.matchAll(TOKEN)) {
    if (match.index > from) nodes.push(text.slice(from, match.index));
    const [token, string, colon] = match;
    nodes.push(
      <span key={match.index} className={kindOf(token, string, colon)}>
        <Text most={Infinity}>{string ?? token}</Text>
      </span>,
    );
    if (colon !== undefined) nodes.push(colon);
    from = match.index + token.length;
  }
  nodes.push(text.slice(from));
  return nodes;
}

function kindOf(token: string, string: string | undefined, colon: string | undefined): string {
  if (colon !== undefined) return 'json-key';
  if (string !== undefined) return 'json-string';
  return /^[tfn]/.test(token) ? 'json-word' : 'json-number';
}
