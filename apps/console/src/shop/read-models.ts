import { Injectable } from '@nestjs/common';
import { READ_MODELS, SERVICES } from '@shop/contracts';
import { asFields, RedisConnection, type Reply } from 'nestjs-event-streams';
import { Keyspace } from 'nestjs-event-streams/internal';

/** The numbers that the processors keep. */
export interface ReadModels {
  ordersByState: Record<string, number>;
  revenueByCurrency: Record<string, number>;
  soldBySku: Record<string, number>;
  stockBySku: Record<string, number>;
  shipmentsByCarrier: Record<string, number>;
}

/** Reads the processors' read models, all in one round trip. */
@Injectable()
export class ReadModelsReader {
  private readonly keys: Keyspace;

  constructor(
    private readonly connection: RedisConnection,
    { prefix }: Keyspace,
  ) {
    this.keys = new Keyspace(prefix, SERVICES.processor.state);
  }

  async read(): Promise<ReadModels> {
    const { ordersByState, revenueByCurrency, unitsSoldBySku, stockBySku, shipmentsByCarrier } = READ_MODELS;
    const names = [ordersByState, revenueByCurrency, unitsSoldBySku, stockBySku, shipmentsByCarrier];
    const hashes = await Promise.all(
      names.map((name) => this.connection.command('HGETALL', this.keys.ofService(name))),
    );
    const [byState = {}, revenue = {}, sold = {}, stock = {}, shipments = {}] = hashes.map(numbersOf);
    return {
      ordersByState: byState,
      revenueByCurrency: revenue,
      soldBySku: sold,
      stockBySku: stock,
      shipmentsByCarrier: shipments,
    };
  }
}

function numbersOf(reply: Reply): Record<string, number> {
  const fields = Object.entries(asFields(reply, 'HGETALL')).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(fields.map(([field, value]) => [field, Number(value)]));
}
