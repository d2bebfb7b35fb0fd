import { randomUUID } from 'node:crypto';
import type { Type } from '@nestjs/common';
import {
  EventEnvelopeError,
  EventPayloadError,
  EventValidationError,
  ProducerOverloadedError,
  RedisForbiddenError,
  RedisOutOfMemoryError,
  type Delivery,
  type EventEnvelope,
  type EventHandlerOptions,
  type EventProducer,
} from 'nestjs-event-streams';
import { noteHandler, type HandleNote } from '../test/handlers.js';
import { NoteFiled, NoteTaken } from '../test/notes.js';

/** What a producer was told of one event. */
export type Answer =
  /** It is in the stream, under this id. */
  | { kind: 'acknowledged'; id: string }
  /** It is in the stream once, or not at all. */
  | { kind: 'unknown'; error: string }
  /** It is not in the stream. */
  | { kind: 'refused'; error: string };

/** One event that was asked to be published. */
export interface Publication {
  eventId: string;
  key: string;
  /** Its place among the events of its key, as its producer published them. */
  number: number;
  answer: Answer;
}

/** One run of the handler. */
export interface Run {
  worker: string;
  eventId: string;
  key: string;
  entryId: string;
  attempt: number;
  /** When it began and ended, by a count of its process; undefined when nobody saw its end. */
  began: number;
  ended?: number;
}

/** What processes tell the test's: see `fixtures/worker.ts`. */
export type Message =
  | { asked: Omit<Publication, 'answer'> }
  | { answered: string; answer: Answer }
  | { began: Omit<Run, 'ended'> }
  | { ended: { worker: string; began: number; at: number } };

/** What every producer was told and every handler did, of all processes of a test. */
export class History {
  readonly publications: Publication[] = [];
  readonly runs: Run[] = [];
  private ticks = 0;

  /** Publishes and takes down what became of it. Never throws. */
  async publish(producer: EventProducer, topic: string, number: number, more: object = {}): Promise<Answer> {
    const eventId = randomUUID();
    this.take({ asked: { eventId, key: topic, number } });
    const data: NoteTaken = { topic, number, ...more };
    const answer = await producer.publish(NoteTaken, data, { eventId }).then(
      (id): Answer => ({ kind: 'acknowledged', id }),
      (error: unknown) => answerOf(error as Error),
    );
    this.take({ answered: eventId, answer });
    return answer;
  }

  /** A provider whose handler takes down its runs and has an effect on each event; see {@link applyEffects}. */
  handler(work: HandleNote = () => undefined, options: EventHandlerOptions = {}): Type {
    const handle = async (event: EventEnvelope<NoteTaken>, delivery: Delivery): Promise<void> => {
      const { consumer: worker, id: entryId, attempt } = delivery;
      const began = ++this.ticks;
      const { event_id: eventId, data } = event;
      this.take({ began: { worker, eventId, key: data.topic, entryId, attempt, began } });
      try {
        await work(event, delivery);
        applyEffects(event, delivery);
      } finally {
        this.take({ ended: { worker, began, at: ++this.ticks } });
      }
    };
    return noteHandler(handle, options);
  }

  take(message: Message): void {
    if ('asked' in message) {
      // Until there is an answer: a process that was killed got none.
      this.publications.push({ ...message.asked, answer: { kind: 'unknown', error: 'no answer' } });
    } else if ('answered' in message) {
      const publication = this.publications.find(({ eventId }) => eventId === message.answered);
      if (publication) publication.answer = message.answer;
    } else if ('began' in message) {
      this.runs.push({ ...message.began });
    } else {
      const { worker, began, at } = message.ended;
      const run = this.runs.find((one) => one.worker === worker && one.began === began);
      if (run) run.ended = at;
    }
  }

  /** How many publishes got an answer of this kind. */
  count(kind: Answer['kind']): number {
    return this.publications.filter(({ answer }) => answer.kind === kind).length;
  }
}

/** What these errors say of an event: refused before it was sent, or sent perhaps. */
export function answerOf(error: Error): Answer {
  const refusals = [
    ProducerOverloadedError,
    EventValidationError,
    EventPayloadError,
    EventEnvelopeError,
    RedisForbiddenError,
    RedisOutOfMemoryError,
  ];
  const wasRefused = refusals.some((refusal) => error instanceof refusal);
  return { kind: wasRefused ? 'refused' : 'unknown', error: `${error.name}: ${error.message.slice(0, 200)}` };
}

/** Effects that can be counted afterwards: on the state by event, on the order of its key, and as an event that follows. */
export function applyEffects({ event_id, data }: EventEnvelope<NoteTaken>, { transaction }: Delivery): void {
  transaction.hincrby('effects', event_id, 1).rpush(`order ${data.topic}`, event_id);
  transaction.publish(NoteFiled, { topic: data.topic, number: data.number });
}
