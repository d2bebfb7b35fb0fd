import type { TraceState } from '@opentelemetry/api';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { spanContextOf, traceFieldsOf } from '../src/telemetry/trace-context.js';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const SPAN = 'b7ad6b7169203331';
const hex = (length: number): fc.Arbitrary<string> =>
  fc
    .array(fc.integer({ min: 0, max: 15 }), { minLength: length, maxLength: length })
    .map((digits) => digits.map((digit) => digit.toString(16)).join(''))
    .filter((text) => /[^0]/.test(text));

describe('the trace context of an entry', () => {
  it('is read as it is written', () => {
    fc.assert(
      fc.property(hex(32), hex(16), fc.integer({ min: 0, max: 255 }), (traceId, spanId, traceFlags) => {
        const context = { traceId, spanId, traceFlags };
        expect(spanContextOf(traceFieldsOf(context))).toEqual({ ...context, isRemote: true });
      }),
    );
  });

  it('keeps the state of other tracing systems', () => {
    const fields = { traceparent: `00-${TRACE}-${SPAN}-01`, tracestate: 'vendor=a,other=b' };
    const context = spanContextOf(fields);
    expect(context && traceFieldsOf(context)).toEqual(fields);
  });

  it('is carried as far as an envelope takes it, whatever an SDK made of it', () => {
    const many = Array.from({ length: 32 }, (_, index) => `vendor${String(index)}=${'x'.repeat(200)}`).join(',');
    const traceState = { serialize: () => many } as TraceState;
    const context = { traceId: TRACE.toUpperCase(), spanId: SPAN, traceFlags: 0x101, traceState };
    expect(traceFieldsOf(context)).toEqual({ traceparent: `00-${TRACE}-${SPAN}-01` });
  });

  it('may be of a later version, which may have further parts', () => {
    expect(spanContextOf({ traceparent: `01-${TRACE}-${SPAN}-01-more` })).toMatchObject({ traceId: TRACE });
  });

  it.each([
    ['nothing', undefined],
    ['another text', 'orders'],
    ['a part too many', `00-${TRACE}-${SPAN}-01-more`],
    ['no version', `ff-${TRACE}-${SPAN}-01`],
    ['no trace', `00-${'0'.repeat(32)}-${SPAN}-01`],
    ['no span', `00-${TRACE}-${'0'.repeat(16)}-01`],
    ['capitals', `00-${TRACE.toUpperCase()}-${SPAN}-01`],
  ])('is none for %s', (_what, traceparent) => {
    expect(spanContextOf({ traceparent })).toBeUndefined();
  });
});
