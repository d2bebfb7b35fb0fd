import { Type } from 'class-transformer';
import { IsInt, IsNotEmpty, IsOptional, IsString, Min, ValidateNested } from 'class-validator';
import { DomainEvent } from 'nestjs-event-streams';

/** Topics of some tests are longer than a key may be. */
const keyOf = (topic: string): string => (topic.length > 1000 ? 'long' : topic);

/** A part of a payload. */
export class Author {
  @IsString()
  @IsNotEmpty()
  name!: string;
}

/** The event that the library's tests publish. */
@DomainEvent({ type: 'note_taken', version: '1.0', stream: 'notes', key: (note: NoteTaken) => keyOf(note.topic) })
export class NoteTaken {
  @IsString()
  @IsNotEmpty()
  topic!: string;

  @IsInt()
  @Min(0)
  number!: number;

  @IsOptional()
  @ValidateNested()
  @Type(() => Author)
  author?: Author;
}

/** What handlers publish in answer. */
@DomainEvent({ type: 'note_filed', version: '1.0', stream: 'files', key: (file: NoteFiled) => keyOf(file.topic) })
export class NoteFiled {
  @IsString()
  topic!: string;

  @IsInt()
  number!: number;
}

/** Notes of one topic, numbered from 0. */
export function notes(topic: string, count: number): { event: typeof NoteTaken; data: NoteTaken }[] {
  return Array.from({ length: count }, (_, number) => ({ event: NoteTaken, data: { topic, number } }));
}

/** Notes of a topic each, numbered from 0: none waits behind another one of its key. */
export function unrelatedNotes(count: number): { event: typeof NoteTaken; data: NoteTaken }[] {
  return Array.from({ length: count }, (_, number) => ({
    event: NoteTaken,
    data: { topic: `topic ${String(number)}`, number },
  }));
}
