import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsIn, IsObject, IsOptional, IsString, MaxLength } from 'class-validator';
import type { DeadLetterActionRequest, DeadLetterSelection } from '../contract/dead-letters.js';
import { referenceTo } from '../openapi/api-answer.js';
import { EntryIdParameter, NumberParameter } from '../streams/parameters.js';

const MAX_NOTE_LENGTH = 500;

/** `?…` of a page of dead letters. */
export class PageParameters {
  @ApiPropertyOptional({ description: 'What the page before gave as next' })
  @IsOptional()
  @EntryIdParameter('cursor')
  cursor?: string;

  @NumberParameter('How many at most', 1, 200)
  count?: number;
}

/** `?…` of what may be about one stream. */
export class StreamParameters {
  @ApiPropertyOptional({ description: 'One stream only' })
  @IsOptional()
  @IsString()
  @MaxLength(MAX_NOTE_LENGTH)
  stream?: string;

  @NumberParameter('How many at most', 1, 1000)
  count?: number;
}

/** The body of an action on dead letters. */
export class ActionBody implements DeadLetterActionRequest {
  @ApiProperty({ enum: ['replay', 'discard'] })
  @IsIn(['replay', 'discard'])
  action!: 'replay' | 'discard';

  @ApiProperty({ ...referenceTo('DeadLetterSelection') } as object)
  @IsObject()
  selection!: DeadLetterSelection;

  @ApiPropertyOptional({ type: Object, description: 'Another payload, for one dead letter' })
  @IsOptional()
  // As it came: class-transformer leaves out properties of some names, such as constructor, without a word.
  @Transform(({ obj }: { obj: { data?: unknown } }) => obj.data)
  @IsObject()
  data?: Record<string, unknown>;

  @ApiPropertyOptional({ description: 'The same as JSON, whose numbers stay as they are written' })
  @IsOptional()
  @IsString()
  json?: string;

  @ApiPropertyOptional()
  @IsOptional()
  @IsString()
  @MaxLength(MAX_NOTE_LENGTH)
  by?: string;

  @ApiPropertyOptional()
  @IsOptional()
  @IsString()
  @MaxLength(MAX_NOTE_LENGTH)
  why?: string;
}
