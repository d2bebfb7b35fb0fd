import { useState } from 'react';
import { bytes } from '../format/numbers.js';
import { visibleParts } from '../format/visible.js';

/** How much of a text is shown at first, in characters. */
const SHOWN = 4000;

/** Text from outside. Control characters, invisible ones and marks that change the direction of text are shown by name. */
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

/** A long text in its own box; cut until the user asks for all of it. */
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
