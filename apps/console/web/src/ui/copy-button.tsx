import { useState } from 'react';
import { copyText } from './copy.js';
import { Icon } from './icon.js';

const SAID = { done: 'Copied', failed: 'Not copied: select it, and copy it by hand' } as const;
const SHOWN_MS = { done: 1500, failed: 6000 } as const;

/** A button that copies a text and shows whether that worked. */
export function CopyButton({ text, what }: { text: string; what: string }) {
  const [result, setResult] = useState<keyof typeof SAID | null>(null);
  const copy = async (button: Element): Promise<void> => {
    const outcome = (await copyText(text, button.parentElement ?? button)) ? 'done' : 'failed';
    setResult(outcome);
    setTimeout(() => {
      setResult(null);
    }, SHOWN_MS[outcome]);
  };
  return (
    <>
      <button
        type="button"
        className="button button-plain button-icon"
        aria-label={`Copy ${what}`}
        title={`Copy ${what}`}
        onClick={(event) => void copy(event.currentTarget)}
      >
        <Icon name={result === 'done' ? 'check' : result === 'failed' ? 'alert' : 'copy'} />
      </button>
      <span className="small quiet" role="status">
        {result === null ? '' : SAID[result]}
      </span>
    </>
  );
}
