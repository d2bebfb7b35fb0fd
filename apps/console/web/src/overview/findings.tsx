import { Link } from 'wouter';
import type { Finding, Overview } from '../../../src/contract/overview.js';
import { path } from '../api/paths.js';
import { plural } from '../format/numbers.js';
import { duration } from '../format/times.js';
import { Icon } from '../ui/icon.js';
import { Text } from '../ui/text.js';

const TONES = { critical: 'bad', warning: 'warn', info: 'info' } as const;

/** The problems and what to do, worst first, or that there are none. */
export function Findings({ overview, isStale }: { overview: Overview; isStale: boolean }) {
  const { findings } = overview;
  if (isStale) return null;
  return (
    <section aria-label="State" aria-live="polite" className="findings">
      {findings.some(({ severity }) => severity !== 'info') ? null : <AllIsWell overview={overview} />}
      {findings.map((finding) => (
        <FindingView key={finding.id} finding={finding} nowMs={overview.atMs} />
      ))}
    </section>
  );
}

function AllIsWell({ overview: { topology, health } }: { overview: Overview }) {
  const of = (kind: string): number => topology.nodes.filter((node) => node.kind === kind).length;
  return (
    <div className="callout callout-good">
      <Icon name="check" />
      <div>
        <strong>All is well.</strong>{' '}
        {of('stream') === 0
          ? 'Redis answers; there are no streams yet.'
          : `${plural(of('stream'), 'stream')}, ${plural(of('group'), 'group')} and ${plural(of('consumer'), 'worker')}${
              health === 'good' ? ', and all of them keep up' : ''
            }.`}
      </div>
    </div>
  );
}

function FindingView({ finding, nowMs }: { finding: Finding; nowMs: number }) {
  const tone = TONES[finding.severity];
  const link = linkOf(finding);
  const minutes = Math.floor((nowMs - finding.sinceMs) / 60_000);
  return (
    <div className={`callout callout-${tone}`}>
      <Icon name={tone === 'info' ? 'info' : 'alert'} />
      <div className="finding">
        <strong>
          <Text>{sentence(finding.title)}</Text>
        </strong>{' '}
        <Text>{finding.detail}</Text>
        <span className="finding-advice">
          <Text>{finding.advice}</Text>{' '}
          {link === null ? null : (
            <Link href={link.href} className="nowrap">
              {link.word}
            </Link>
          )}
        </span>
      </div>
      {minutes > 0 ? <span className="finding-since quiet small">for {duration(minutes * 60_000)}</span> : null}
    </div>
  );
}

function sentence(text: string): string {
  return /[.!?…]$/.test(text) ? text : `${text}.`;
}

function linkOf({ id, stream, group }: Finding): { href: string; word: string } | null {
  if (id.includes('dead-letter')) return { href: '/dead-letters', word: 'Look at the dead letters' };
  if (stream === null) return null;
  const href = path`/streams/${stream}`;
  return group === null
    ? { href, word: 'Open the stream' }
    : { href: `${href}?tab=groups`, word: 'Open its groups and consumers' };
}
