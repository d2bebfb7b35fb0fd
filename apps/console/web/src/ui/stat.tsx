import type { ReactNode } from 'react';
import { Link } from 'wouter';

interface StatProps {
  label: string;
  value: string;
  unit?: string;
  note?: ReactNode;
  tone?: 'warn' | 'bad' | undefined;
  href?: string | undefined;
}

/** A number with its label. */
export function Stat({ label, value, unit, note, tone, href }: StatProps) {
  return (
    <div className={`card stat ${tone === undefined ? '' : `stat-${tone}`}`}>
      <div className="stat-label">{label}</div>
      <div className="stat-value">
        {value}
        {unit === undefined ? null : <small>{unit}</small>}
      </div>
      {note === undefined ? null : (
        <div className="stat-note">{href === undefined ? note : <Link href={href}>{note}</Link>}</div>
      )}
    </div>
  );
}
