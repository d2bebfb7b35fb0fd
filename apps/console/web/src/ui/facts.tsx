import type { ReactNode } from 'react';
import { CopyButton } from './copy-button.js';
import { Text } from './text.js';

/** A list of facts: names with their values. */
export function Facts({ children }: { children: ReactNode }) {
  return <dl className="facts">{children}</dl>;
}

/** One fact. @param copy the value, as text with a button that copies it; instead of `children` */
export function Fact({ name, copy, children }: { name: string; copy?: string; children?: ReactNode }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>
        {copy === undefined ? (
          children
        ) : (
          <span className="copyable">
            <code>
              <Text most={300}>{copy}</Text>
            </code>
            <CopyButton text={copy} what={name.toLowerCase()} />
          </span>
        )}
      </dd>
    </>
  );
}
