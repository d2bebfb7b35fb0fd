import { useSyncExternalStore, type ReactNode } from 'react';
import { Icon } from '../ui/icon.js';

interface Toast {
  id: number;
  tone: 'good' | 'bad';
  content: ReactNode;
}

const SHOWN_MS = { good: 6000, bad: 12_000 };

let toasts: readonly Toast[] = [];
let lastId = 0;
const listeners = new Set<() => void>();

function change(next: readonly Toast[]): void {
  toasts = next;
  for (const listener of listeners) listener();
}

/** Shows the result of an action for some seconds at the edge of the page. */
export function toast(tone: Toast['tone'], content: ReactNode): void {
  lastId += 1;
  const id = lastId;
  change([...toasts, { id, tone, content }].slice(-3));
  setTimeout(() => {
    change(toasts.filter((other) => other.id !== id));
  }, SHOWN_MS[tone]);
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** The place of the toasts. */
export function ToastArea() {
  const shown = useSyncExternalStore(subscribe, () => toasts);
  return (
    <div className="toasts" role="status" aria-live="polite">
      {shown.map(({ id, tone, content }) => (
        <div key={id} className={`toast toast-${tone}`}>
          <Icon name={tone === 'good' ? 'check' : 'alert'} />
          <div>{content}</div>
        </div>
      ))}
    </div>
  );
}
