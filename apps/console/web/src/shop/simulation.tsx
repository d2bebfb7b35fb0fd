import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import type { GatewayView, ShopView, SimulationRequest, SimulationView } from '../../../src/contract/shop.js';
import { post } from '../api/client.js';
import { count, percent, rate } from '../format/numbers.js';
import { toast } from '../shell/toasts.js';
import { useLock } from '../shell/use-lock.js';
import { Icon } from '../ui/icon.js';

/** The slider's steps are tenths of a power of ten: 0.1 to 1,000 orders a second. */
const RATE_STEPS = { min: -10, max: 30 };

/** Controls for the simulated customers (orders a second) and the payment gateway (share of failing calls). */
export function Simulation({
  simulation,
  gateway,
  canOperate,
}: Pick<ShopView, 'simulation' | 'gateway' | 'canOperate'>) {
  const lock = useLock();
  const isReadOnly = lock !== null;
  const isFixed = isReadOnly || !canOperate;
  return (
    <section className="card" aria-labelledby="simulation-title">
      <div className="card-head">
        <h2 id="simulation-title">Simulation</h2>
        {isReadOnly ? (
          <span className="badge" title={lock}>
            <Icon name="lock" /> read-only
          </span>
        ) : null}
      </div>
      <div className="card-body stack">
        {canOperate || isReadOnly ? null : (
          <p className="quiet">
            This console has no token for operators, so it cannot control the shop: start it with the{' '}
            <code>OPERATOR_TOKEN</code> of the order service and the payment service.
          </p>
        )}
        {simulation === null ? (
          <p className="quiet">The order service does not answer, so the simulation cannot be controlled.</p>
        ) : (
          <Customers simulation={simulation} isFixed={isFixed} />
        )}
        {gateway === null ? (
          <p className="quiet">The payment service does not answer, so the gateway cannot be controlled.</p>
        ) : (
          <Gateway gateway={gateway} isFixed={isFixed} />
        )}
      </div>
    </section>
  );
}

function Customers({ simulation, isFixed }: { simulation: SimulationView; isFixed: boolean }) {
  const [answer, setAnswer] = useState<SimulationView | null>(null);
  const [dragged, setDragged] = useState<number | null>(null);
  const shown = answer ?? simulation;
  const set = useMutation({
    mutationFn: (request: SimulationRequest) => post<SimulationView>('/api/shop/simulation', request),
    onSuccess: setAnswer,
    onError: (error) => {
      toast('bad', error.message);
    },
    onSettled: () => {
      setDragged(null);
    },
  });
  const step = dragged ?? stepOf(shown.rate);
  const perSecond = dragged === null ? shown.rate : rateOf(dragged);
  // A stopped simulation has no rate: the chosen rate applies at the next start.
  const commit = (): void => {
    if (dragged !== null && shown.running) set.mutate({ running: true, rate: perSecond });
  };
  return (
    <div className="stack-tight control">
      <div className="row spread">
        <label htmlFor="simulation-rate" className="field-label">
          Customers
        </label>
        <span>
          <strong>{rate(perSecond)}</strong> <span className="quiet small">orders a second</span>
        </span>
      </div>
      <input
        id="simulation-rate"
        type="range"
        {...RATE_STEPS}
        value={step}
        aria-valuetext={`${rate(perSecond)} orders a second`}
        disabled={isFixed}
        onChange={(event) => {
          setDragged(Number(event.target.value));
        }}
        onPointerUp={commit}
        onKeyUp={commit}
        onBlur={commit}
      />
      <div className="row spread">
        <span className="quiet small">
          {count(Math.max(shown.placed, simulation.placed))} orders placed{shown.running ? '' : ', paused'}
        </span>
        <button
          type="button"
          className="button"
          disabled={isFixed || set.isPending}
          onClick={() => {
            set.mutate({ running: !shown.running, rate: perSecond });
          }}
        >
          <Icon name={shown.running ? 'pause' : 'play'} />
          {shown.running ? 'Pause' : 'Start'}
        </button>
      </div>
    </div>
  );
}

function Gateway({ gateway, isFixed }: { gateway: GatewayView; isFixed: boolean }) {
  const [answer, setAnswer] = useState<GatewayView | null>(null);
  const [dragged, setDragged] = useState<number | null>(null);
  const set = useMutation({
    mutationFn: (failureShare: number) => post<GatewayView>('/api/shop/gateway', { failureShare }),
    onSuccess: setAnswer,
    onError: (error) => {
      toast('bad', error.message);
    },
    onSettled: () => {
      setDragged(null);
    },
  });
  const share = dragged ?? (answer ?? gateway).failureShare;
  const commit = (): void => {
    if (dragged !== null) set.mutate(dragged);
  };
  return (
    <div className="stack-tight control">
      <div className="row spread">
        <label htmlFor="gateway-share" className="field-label">
          Failing gateway calls
        </label>
        <strong>{percent(share)}</strong>
      </div>
      <input
        id="gateway-share"
        type="range"
        min="0"
        max="1"
        step="0.01"
        value={share}
        aria-valuetext={percent(share)}
        disabled={isFixed}
        onChange={(event) => {
          setDragged(Number(event.target.value));
        }}
        onPointerUp={commit}
        onKeyUp={commit}
        onBlur={commit}
      />
      <p className="quiet small">
        Failed calls are retried, so payments take longer. If many fail, some orders become dead letters.
      </p>
    </div>
  );
}

function stepOf(perSecond: number): number {
  const step = Math.round(Math.log10(Math.max(perSecond, 0.1)) * 10);
  return Math.min(RATE_STEPS.max, Math.max(RATE_STEPS.min, step));
}

function rateOf(step: number): number {
  return Number((10 ** (step / 10)).toPrecision(2));
}
