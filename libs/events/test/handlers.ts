import { Injectable, type Type } from '@nestjs/common';
import { EventHandler, type Delivery, type EventEnvelope, type EventHandlerOptions } from 'nestjs-event-streams';
import { NoteTaken } from './notes.js';

/** What a test does with a note. */
export type HandleNote = (event: EventEnvelope<NoteTaken>, delivery: Delivery) => unknown;

/** A provider with one handler of notes; its handler is called `<name>.onNote`. */
export function noteHandler(handle: HandleNote, options: EventHandlerOptions = {}, name = 'Notes'): Type {
  @Injectable()
  class Notes {
    @EventHandler(NoteTaken, options)
    async onNote(event: EventEnvelope<NoteTaken>, delivery: Delivery): Promise<void> {
      await handle(event, delivery);
    }
  }
  Object.defineProperty(Notes, 'name', { value: name });
  return Notes;
}

/** Retries without noticeable waiting, for tests that are not about waiting. */
export const SOON = { attempts: 5, firstDelayMs: 20, maxDelayMs: 40 };
