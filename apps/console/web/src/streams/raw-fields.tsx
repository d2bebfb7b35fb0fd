import type { EntryDetail } from '../../../src/contract/streams.js';
import { bytes, count, plural } from '../format/numbers.js';
import { Icon } from '../ui/icon.js';
import { Text, TextBlock } from '../ui/text.js';

/** A note that an entry is too large to be shown whole, with its size. */
export function CutNote({ of }: { of: Pick<EntryDetail, 'isCut' | 'size' | 'fieldCount' | 'fields'> }) {
  const { isCut, size, fieldCount, fields } = of;
  if (!isCut) return null;
  const shown =
    fields.length < fieldCount
      ? `the first ${count(fields.length)} of its ${plural(fieldCount, 'field')}`
      : 'its fields';
  return (
    <div className="callout" role="note">
      <Icon name="alert" />
      <div>
        <strong>It is too large to be shown whole</strong> ({bytes(size)}): below are {shown} as they are written, long
        values shortened.
      </div>
    </div>
  );
}

/** The fields of an entry, each as a separate text. */
export function RawFields({ fields }: { fields: readonly (readonly [name: string, value: string])[] }) {
  return (
    <dl className="raw-fields">
      {fields.map(([name, value], index) => (
        <div key={index}>
          <dt className="mono">
            <Text most={200}>{name}</Text>
          </dt>
          <dd>
            <TextBlock label={`Field ${name}`}>{value}</TextBlock>
          </dd>
        </div>
      ))}
    </dl>
  );
}
