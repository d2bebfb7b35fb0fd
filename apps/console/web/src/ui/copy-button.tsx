import { useState } from 'react';
import { Icon } from './icon.js';

/** Puts a text into the clipboard and says that it did. */
export function CopyButton({ text, what }: { text: string; what: string }) {
  const [copied, setCopied] = useState(false);
  const copy = async (): Promise<void> => {
    await navigator.clipboard.writeText(text);
    setCopied(true);
    setTimeout(() => {
      setCopied(false);
    }, 1500);
  };
  return (
    <button
      type="button"
      className="button button-plain button-icon"
      aria-label={`Copy ${what}`}
      title={`Copy ${what}`}
      onClick={() => void copy().catch(() => undefined)}
    >
      <Icon name={copied ? 'check' : 'copy'} />
      <span className="visually-hidden" role="status">
        {copied ? 'Copied' : ''}
      </span>
    </button>
  );
}
