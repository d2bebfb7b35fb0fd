import { useState } from 'react';
import { bytes } from '../format/numbers.js';
import { visibleParts } from '../format/visible.js';

/** How much of a text is drawn at first, in characters. */
const SHOWN = 4000;

/** Text from outside, as text and nothing else: it cannot turn the line around, hide a part of itself, or act. */
export function Text({ children, most = SHOWN }: { children: string; most?: number }) {
  const cut = children.length > most ? `${children.slice(0, most)}…` : children;
  return (
    <bdi className="text">
      {visibleParts(cut).map((part, index) =>
        part.odd ? (
          <span key={index} className="odd">
            {part.text}
          </span>
        ) : (
          part.text
        ),
      )}
    </bdi>
  );
}

/** A long text in a box of its own; what is too long is cut until someone asks for all of it. */
export function TextBlock({ children, label }: { children: string; label: string }) {
  const [whole, setWhole] = useState(false);
  const cut = !whole && children.length > SHOWN;
  return (
    <div className="stack-tight">
      <pre className="code" tabIndex={0} role="group" aria-label={label}>
        <Text most={cut ? SHOWN : Infinity}>{children}</Text>
      </pre>
      {cut ? (
        <button
          type="button"
          className="link-button small"
          onClick={() => {
            setWhole(true);
          }}
        >
          Show all ({bytes(children.length)})
        </button>
      ) : null}
    </div>
  );
}
