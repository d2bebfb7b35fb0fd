import {
  context,
  ROOT_CONTEXT,
  SpanStatusCode,
  trace,
  type Attributes,
  type Histogram,
  type Span,
  type SpanContext,
} from '@opentelemetry/api';
import type { Operation, OperationRef } from '../model/instrumentation.js';
import type { Outcome } from '../model/outcome.js';
import { textOf } from '../model/thrown.js';
import { ERROR_TYPE, OUTCOME, PARTITION } from './attributes.js';
import { errorTypeOf } from './error-type.js';

/** The span context that {@link SpanOperation.ref} stands for. */
export function spanContextIn(ref: OperationRef | undefined): SpanContext | undefined {
  return ref as SpanContext | undefined;
}

/** An operation with its span and its duration; either is missing where the SDK has no traces, or no metrics. */
export class SpanOperation implements Operation {
  private readonly started = performance.now();
  private isOver = false;

  /** @param attributes of the duration */
  constructor(
    private readonly span: Span | undefined,
    private readonly duration: Histogram | undefined,
    private readonly attributes: Attributes,
  ) {}

  get spanContext(): SpanContext | undefined {
    return this.span?.spanContext();
  }

  get ref(): OperationRef | undefined {
    return this.spanContext as OperationRef | undefined;
  }

  run<T>(work: () => T): T {
    return this.span ? context.with(trace.setSpan(ROOT_CONTEXT, this.span), work) : work();
  }

  inPartition(partition: number): void {
    this.span?.setAttribute(PARTITION, String(partition));
  }

  succeed(): void {
    this.end(this.attributes);
  }

  fail(thrown: unknown, outcome?: Outcome['kind']): void {
    if (this.isOver) return;
    if (outcome !== undefined) this.span?.setAttribute(OUTCOME, outcome);
    const type = errorTypeOf(thrown);
    this.span?.setAttribute(ERROR_TYPE, type);
    if (this.span) {
      const text = textOf(thrown);
      this.span.recordException(text);
      this.span.setStatus({ code: SpanStatusCode.ERROR, message: text.message });
    }
    this.end({ ...this.attributes, [ERROR_TYPE]: type });
  }

  async until<T>(promise: Promise<T>): Promise<T> {
    try {
      const result = await promise;
      this.succeed();
      return result;
    } catch (error) {
      this.fail(error);
      throw error;
    }
  }

  private end(attributes: Attributes): void {
    if (this.isOver) return;
    this.isOver = true;
    this.duration?.record((performance.now() - this.started) / 1000, attributes);
    this.span?.end();
  }
}
