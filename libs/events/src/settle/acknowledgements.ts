import { Gatherer } from '../concurrency/gatherer.js';
import type { HandlerDelivery } from '../delivery/handler-delivery.js';
import type { Channel } from '../stream/keys/channel.js';
import { APPLIED, type CommitResult } from './commit-result.js';
import { observed } from './observed.js';
import type { SettlerParts } from './settler-parts.js';

/** Entries of one command. */
const MAX_TOGETHER = 1000;

/** Acknowledges deliveries without effects by `XACK`, many with one command. Without effects nobody loses anything, whoever holds the entry. */
export class Acknowledgements {
  private readonly gatherers = new Map<Channel, Gatherer<HandlerDelivery, CommitResult>>();

  constructor(private readonly parts: Pick<SettlerParts, 'client' | 'address' | 'outages' | 'instrumentation'>) {}

  /** Resolves when the entry is acknowledged. */
  add(handlerDelivery: HandlerDelivery): Promise<CommitResult> {
    const { channel, subscription } = handlerDelivery.inFlight;
    let gatherer = this.gatherers.get(channel);
    if (!gatherer) {
      const handlers = subscription.handlerNames;
      gatherer = new Gatherer((all) => this.sendAll(channel, handlers, all));
      this.gatherers.set(channel, gatherer);
    }
    return gatherer.add(handlerDelivery);
  }

  private async sendAll(
    channel: Channel,
    handlers: readonly string[],
    all: readonly HandlerDelivery[],
  ): Promise<CommitResult> {
    const { client, address, outages } = this.parts;
    for (let first = 0; first < all.length; first += MAX_TOGETHER) {
      const some = all.slice(first, first + MAX_TOGETHER);
      const ids = some.map(({ inFlight }) => inFlight.entry.id);
      const acknowledge = () => client.settling.acknowledge(channel, address.group, handlers, ids);
      await outages.through('Settling', () => observed(this.parts, () => some, acknowledge));
    }
    return APPLIED;
  }
}
