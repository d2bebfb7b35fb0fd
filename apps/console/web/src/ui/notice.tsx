import type { ReactNode } from 'react';
import { Icon, type IconName } from './icon.js';

/** A note for a view that has nothing to show: why, and what to do. */
export function Notice({ icon, title, bad = false, children }: NoticeProps) {
  return (
    <div className={bad ? 'notice notice-bad' : 'notice'} role={bad ? 'alert' : undefined}>
      <Icon name={icon} />
      <strong>{title}</strong>
      {children}
    </div>
  );
}

interface NoticeProps {
  icon: IconName;
  title: string;
  bad?: boolean;
  children?: ReactNode;
}

/** A placeholder while something loads. */
export function Loading({ what, lines = 6 }: { what: string; lines?: number }) {
  return (
    <div className="skeleton" role="status">
      <span className="visually-hidden">Loading {what}…</span>
      {Array.from({ length: lines }, (_, index) => (
        <span key={index} />
      ))}
    </div>
  );
}

/** A failed request: the server's message, and a button to try again. */
export function Failed({ error, onRetry }: { error: Error; onRetry: () => void }) {
  return (
    <Notice icon="alert" title="This could not be loaded" bad>
      <p>{error.message}</p>
      <button type="button" className="button" onClick={onRetry}>
        <Icon name="replay" /> Try again
      </button>
    </Notice>
  );
}
