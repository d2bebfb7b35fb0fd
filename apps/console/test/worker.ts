import { type INestApplicationContext, Injectable, Module, type Provider } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { IsInt, IsString } from 'class-validator';
import {
  DomainEvent,
  EventConsumer,
  EventHandler,
  EventProducer,
  EventsModule,
  type Delivery,
  type EventEnvelope,
  type EventHandlerOptions,
} from 'nestjs-event-streams';

/** What these tests publish; nothing of the shop, as the console knows nothing of it. */
@DomainEvent({ type: 'parcel_sent', version: '1.0', stream: 'parcels', key: (parcel: ParcelSent) => parcel.to })
export class ParcelSent {
  @IsString()
  to!: string;

  @IsInt()
  weight!: number;
}

/** What handlers answer. */
@DomainEvent({
  type: 'parcel_received',
  version: '1.0',
  stream: 'receipts',
  key: (receipt: ParcelReceived) => receipt.by,
})
export class ParcelReceived {
  @IsString()
  by!: string;
}

export type Handle = (event: EventEnvelope<ParcelSent>, delivery: Delivery) => unknown;

/** A process that publishes and handles parcels, in this one. */
export interface Worker extends AsyncDisposable {
  readonly app: INestApplicationContext;
  readonly producer: EventProducer;
  readonly consumer: EventConsumer;
  send(to: string, correlationId?: string): Promise<string>;
}

/** Starts one; without `handle` it only publishes. */
export async function startWorker(
  redis: string,
  prefix: string,
  handle?: Handle,
  { source = 'post', partitions = 1, retry }: EventHandlerOptions & { source?: string; partitions?: number } = {},
): Promise<Worker> {
  const providers: Provider[] = [];
  if (handle) {
    @Injectable()
    class Parcels {
      @EventHandler(ParcelSent, retry ? { retry } : {})
      async onParcel(event: EventEnvelope<ParcelSent>, delivery: Delivery): Promise<void> {
        await handle?.(event, delivery);
      }
    }
    providers.push(Parcels);
  }
  @Module({
    imports: [
      EventsModule.forRoot({
        redis,
        prefix,
        source,
        partitions,
        ...(handle ? { group: 'receivers' } : {}),
        consumer: { blockMs: 100, claimAfterMs: 1000 },
      }),
    ],
    providers,
  })
  class Root {}
  const app = await NestFactory.createApplicationContext(Root, { logger: false, abortOnError: false });
  const producer = app.get(EventProducer);
  return {
    app,
    producer,
    consumer: app.get(EventConsumer),
    send: (to, correlationId) =>
      producer.publish(ParcelSent, { to, weight: 1 }, correlationId === undefined ? {} : { correlationId }),
    [Symbol.asyncDispose]: () => app.close(),
  };
}
