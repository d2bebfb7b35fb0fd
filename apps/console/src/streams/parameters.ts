import { ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsInt, IsOptional, IsString, Max, MaxLength, Min, ValidateBy } from 'class-validator';
import { isEntryId } from 'nestjs-event-streams/internal';
import type { EntriesQuery } from '../contract/streams.js';

const MAX_MS = 2 ** 53 - 1;
const MAX_TEXT_LENGTH = 500;

/** An entry id in the query. */
export function EntryIdParameter(name: string): PropertyDecorator {
  return ValidateBy(
    { name: 'isEntryId', validator: { validate: (value) => typeof value === 'string' && isEntryId(value) } },
    { message: `${name} must be the next of the previous page` },
  );
}

/** A text in the query. */
function TextParameter(description: string): PropertyDecorator {
  return (target, property) => {
    ApiPropertyOptional({ description })(target, property);
    IsOptional()(target, property);
    IsString()(target, property);
    MaxLength(MAX_TEXT_LENGTH)(target, property);
  };
}

/** An integer in the query. */
export function NumberParameter(description: string, least: number, most: number): PropertyDecorator {
  return (target, property) => {
    ApiPropertyOptional({ description, minimum: least, maximum: most, type: 'integer' })(target, property);
    IsOptional()(target, property);
    Type(() => Number)(target, property);
    IsInt()(target, property);
    Min(least)(target, property);
    Max(most)(target, property);
  };
}

/** The query of `GET /api/streams/:stream/entries`. */
export class EntriesParameters implements EntriesQuery {
  @TextParameter('Partition key')
  key?: string;

  @TextParameter('Event type')
  type?: string;

  @TextParameter('Entry id or event id')
  id?: string;

  @TextParameter('Correlation id')
  correlation?: string;

  @TextParameter('The source that published it')
  source?: string;

  @TextParameter('Text anywhere in the entry')
  text?: string;

  @NumberParameter('Milliseconds since 1970', 0, MAX_MS)
  from?: number;

  @NumberParameter('Milliseconds since 1970', 0, MAX_MS)
  to?: number;

  @NumberParameter('How many at most', 1, 200)
  count?: number;

  @ApiPropertyOptional({ description: 'The `next` of the previous page' })
  @IsOptional()
  @EntryIdParameter('cursor')
  cursor?: string;
}
