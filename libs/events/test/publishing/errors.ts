import { EventEnvelopeError, EventPayloadError, EventValidationError } from 'nestjs-event-streams';

/** Whether an error says, in the library's own words, which field it is about. */
export function namesAField(error: unknown): boolean {
  if (error instanceof EventEnvelopeError) return error.field !== '' && error.message.includes(error.field);
  if (error instanceof EventPayloadError)
    return error.message.includes(error.path === '' ? 'the payload' : error.path.slice(0, 200));
  return error instanceof EventValidationError && error.problems.length > 0;
}
