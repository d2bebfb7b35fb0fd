import { Link } from 'wouter';
import type { ConsumerNode, GroupNode } from '../../../../src/contract/overview.js';
import { places } from '../../api/paths.js';
import { count, plural, rate, shortCount } from '../../format/numbers.js';
import { duration } from '../../format/times.js';
import { visibleLine } from '../../format/visible.js';
import { Icon, type IconName } from '../../ui/icon.js';
import { workerState } from '../../ui/worker-state.js';
import type { Point } from './layout.js';
import { MAX_WORKERS, type Box } from './picture.js';

const ICONS: Record<Box['node']['kind'], IconName> = {
  producer: 'arrow',
  stream: 'stream',
  group: 'inbox',
};

/** A box of the graph, at its position. */
export function BoxView({ box, at }: { box: Box; at: Point }) {
  const { node, workers, deadLetters, width, height } = box;
  const name = visibleLine(node.name, 80);
  const shown = workers.slice(0, MAX_WORKERS);
  return (
    <li
      className={`box box-${node.kind} box-${node.health}`}
      style={{ width, height, transform: `translate(${String(at.x)}px, ${String(at.y)}px)` }}
    >
      <span className="box-name" title={name}>
        <Icon name={ICONS[node.kind]} />
        <BoxName node={node} name={name} />
      </span>
      <BoxNumbers node={node} />
      {deadLetters === null ? null : (
        <Link
          href="/dead-letters"
          className="box-dead-letters"
          aria-label={`${plural(deadLetters.count, 'dead letter')} of ${name}`}
          title={plural(deadLetters.count, 'dead letter')}
        >
          <Icon name="alert" /> {shortCount(deadLetters.count)} dead
        </Link>
      )}
      {shown.length === 0 ? null : (
        <ul className="workers">
          {shown.map((worker) => (
            <Worker key={worker.id} worker={worker} />
          ))}
          {workers.length > shown.length ? (
            <li className="worker quiet">and {count(workers.length - shown.length)} more</li>
          ) : null}
        </ul>
      )}
    </li>
  );
}

function BoxName({ node, name }: { node: Box['node']; name: string }) {
  if (node.kind === 'stream') return <Link href={places.stream(node.name)}>{name}</Link>;
  return <span>{name}</span>;
}

function BoxNumbers({ node }: { node: Box['node'] }) {
  switch (node.kind) {
    case 'producer':
      return <PerSecond value={node.perSecond} />;
    case 'stream':
      return (
        <>
          <PerSecond value={node.perSecond} />
          <span className="box-line quiet">{shortCount(node.length)} entries</span>
        </>
      );
    case 'group':
      return (
        <>
          <PerSecond value={node.perSecond} />
          <Lag group={node} />
        </>
      );
  }
}

function PerSecond({ value }: { value: number | null }) {
  return (
    <span className="box-line">
      <strong>{value === null ? '–' : rate(value)}</strong>
      <span className="quiet">/s</span>
    </span>
  );
}

function Lag({ group: { lag, lagMs, pending } }: { group: GroupNode }) {
  if (lag !== null && lag > 0) {
    return (
      <span className="box-line">
        {shortCount(lag)} wait, {duration(lagMs)}
      </span>
    );
  }
  return <span className="box-line quiet">{pending > 0 ? `${shortCount(pending)} in work` : 'up to date'}</span>;
}

function Worker({ worker }: { worker: ConsumerNode }) {
  const { word, tone } = workerState(worker.state);
  const name = visibleLine(worker.name, 80);
  const holds = worker.pending > 0 ? `, holds ${plural(worker.pending, 'event')}` : '';
  const isHealthy = worker.state === 'reading' && worker.health === 'good';
  return (
    <li
      className={`worker worker-${worker.state} worker-${worker.health}`}
      title={`${name}: ${word}, last seen ${duration(worker.idleMs)} ago${holds}`}
    >
      <span className={`dot dot-${tone}`} />
      <span className="worker-name">{shortName(name)}</span>
      <span className={isHealthy ? 'worker-note quiet' : 'worker-note'}>
        {isHealthy ? (worker.pending > 0 ? shortCount(worker.pending) : '') : `${word}${heldNote(worker.pending)}`}
        {isHealthy ? <span className="visually-hidden">{`${word}${holds}`}</span> : null}
      </span>
    </li>
  );
}

function heldNote(pending: number): string {
  return pending > 0 ? ` · ${shortCount(pending)}` : '';
}

/** Most names are `host-pid-random`: their ends differ. */
function shortName(name: string): string {
  return name.length > 15 ? `…${name.slice(-13)}` : name;
}
