import type { DeadLetterPreview } from '../../../src/contract/dead-letters.js';
import { Icon } from '../ui/icon.js';
import { Json } from '../ui/json.js';
import { Text } from '../ui/text.js';

/** What an action will do, and the payload before and after if it is edited. */
export function ActionPreview({ preview }: { preview: DeadLetterPreview }) {
  return (
    <>
      <ul className="effects">
        {preview.effects.map((effect) => (
          <li key={effect}>
            <Text>{effect}</Text>
          </li>
        ))}
      </ul>
      {preview.receivers.some(({ consumersReading }) => consumersReading === 0) ? (
        <div className="callout callout-warn">
          <Icon name="alert" />
          <div>A group that will receive them has no worker now: they wait until one starts.</div>
        </div>
      ) : null}
      {preview.edited === null ? null : (
        <div className="grid-2">
          <div>
            <h3 className="section-title">Before</h3>
            {preview.edited.beforeText === null ? null : (
              <Json payload={preview.edited.beforeText} label="Payload before" />
            )}
          </div>
          <div>
            <h3 className="section-title">After</h3>
            <Json payload={preview.edited.afterText} label="Payload after" />
          </div>
        </div>
      )}
    </>
  );
}
