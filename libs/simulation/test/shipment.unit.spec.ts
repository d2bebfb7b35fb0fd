import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { shipmentDetails } from '../src/index.js';

const DAY_MS = 86_400_000;
const country = fc.constantFrom('DE', 'US', 'GB', 'FR', 'ES', 'IT', 'NL', 'JP', 'PL', 'SE', 'BR', 'constructor');
const moment = fc.date({ min: new Date('2000-01-01'), max: new Date('2100-01-01'), noInvalidDate: true });

const SHAPES: Readonly<Record<string, RegExp>> = {
  BRT: /^\d{15}$/,
  Chronopost: /^XY\d{9}FR$/,
  Colissimo: /^6A\d{11}$/,
  Correos: /^CP\d{9}ES$/,
  DHL: /^00340434\d{12}$/,
  'DHL Express': /^\d{10}$/,
  DPD: /^0\d{13}$/,
  Evri: /^T\d{2}[A-Z]{3}\d{10}$/,
  FedEx: /^\d{12}$/,
  GLS: /^\d{11}$/,
  Hermes: /^H1000\d{15}$/,
  InPost: /^6\d{23}$/,
  'Japan Post': /^\d{12}$/,
  PostNL: /^3S[A-Z]{4}\d{9}$/,
  PostNord: /^CP\d{9}SE$/,
  'Poste Italiane': /^CP\d{9}IT$/,
  'Royal Mail': /^TT\d{9}GB$/,
  Sagawa: /^\d{12}$/,
  SEUR: /^\d{14}$/,
  UPS: /^1Z\d{3}[A-Z]\d{2}03\d{8}$/,
  USPS: /^94001\d{17}$/,
  Yamato: /^\d{12}$/,
};

describe('shipmentDetails', () => {
  it('is the same each time, with a tracking number in the form of its carrier', () => {
    fc.assert(
      fc.property(fc.integer(), fc.uuid(), country, moment, (seed, order_id, country, shippedAt) => {
        const details = shipmentDetails({ seed, order_id, country, shippedAt });
        expect(shipmentDetails({ seed, order_id, country, shippedAt })).toEqual(details);
        expect(details.tracking_number).toMatch(SHAPES[details.carrier] ?? `a shape for ${details.carrier}`);
      }),
      { numRuns: 500 },
    );
  });

  it('is delivered in the future, within a week, not on a Sunday', () => {
    fc.assert(
      fc.property(fc.uuid(), country, moment, (order_id, country, shippedAt) => {
        const { estimated_delivery } = shipmentDetails({ seed: 1, order_id, country, shippedAt });
        expect(estimated_delivery).toMatch(/^\d{4}-\d{2}-\d{2}T18:00:00\.000Z$/);
        const delivery = new Date(estimated_delivery);
        expect(delivery.getTime()).toBeGreaterThan(shippedAt.getTime());
        expect(delivery.getTime() - shippedAt.getTime()).toBeLessThanOrEqual(7 * DAY_MS);
        expect(delivery.getUTCDay()).not.toBe(0);
      }),
    );
  });

  it('has another tracking number for another order or seed', () => {
    const shippedAt = new Date('2026-03-02T09:00:00Z');
    const numbers = [1, 2].flatMap((seed) =>
      ['a', 'b', 'c'].map((order_id) => shipmentDetails({ seed, order_id, country: 'DE', shippedAt }).tracking_number),
    );
    expect(new Set(numbers).size).toBe(6);
  });

  it('uses carriers of the country', () => {
    const carriersOf = (country: string): Set<string> => {
      const shippedAt = new Date('2026-03-02T09:00:00Z');
      const details = (index: number) => shipmentDetails({ seed: 42, order_id: String(index), country, shippedAt });
      return new Set(Array.from({ length: 500 }, (_, index) => details(index).carrier));
    };
    expect(carriersOf('DE')).toEqual(new Set(['DHL', 'DPD', 'Hermes', 'GLS', 'UPS']));
    expect(carriersOf('FR')).toEqual(new Set(['Colissimo', 'Chronopost', 'DPD', 'GLS']));
    expect(carriersOf('BR')).toEqual(new Set(['DHL Express', 'UPS', 'FedEx']));
  });

  it('rejects an invalid date', () => {
    const input = { seed: 1, order_id: 'x', country: 'DE', shippedAt: new Date('never') };
    expect(() => shipmentDetails(input)).toThrow('Expected shippedAt to be a valid date');
  });
});
