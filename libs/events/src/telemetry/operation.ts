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
import { textOf } from '../model/thrown.js';
import { ERROR_TYPE } from './attributes.js';
import { errorTypeOf } from './error-type.js';

/** One operation that is under way: its span, and what is measured of it; either may be missing. */
export class Operation {
  private readonly started = performance.now();
  private isOver = false;

  /** @param attributes of the measurement */
  constructor(
    private readonly span: Span | undefined,
    private readonly duration: Histogram | undefined,
    private readonly attributes: Attributes,
  ) {}

  /** What follows from the operation belongs to it. */
  get spanContext(): SpanContext | undefined {
    return this.span?.spanContext();
  }

  /** Runs `work` as a part of the operation. */
  run<T>(work: () => T): T {
    return this.span ? context.with(trace.setSpan(ROOT_CONTEXT, this.span), work) : work();
  }

  /** Says something of it that was not known at its beginning. */
  say(attributes: Attributes): void {
    this.span?.setAttributes(attributes);
  }

  /** It is done. */
  succeed(): void {
    this.end(this.attributes);
  }

  /** It has failed. */
  fail(thrown: unknown): void {
    if (this.isOver) return;
    const type = errorTypeOf(thrown);
    this.span?.setAttribute(ERROR_TYPE, type);
    if (this.span) {
      const text = textOf(thrown);
      this.span.recordException(text);
      this.span.setStatus({ code: SpanStatusCode.ERROR, message: text.message });
    }
    this.end({ ...this.attributes, [ERROR_TYPE]: type });
  }

  /** Ends as the promise does. */
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
