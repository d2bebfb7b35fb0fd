import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsIn, IsObject, IsOptional, IsString, MaxLength } from 'class-validator';
import type { DeadLetterActionRequest, DeadLetterSelection } from '../contract/dead-letters.js';
import { referenceTo } from '../openapi/api-answer.js';
import { EntryIdParameter, NumberParameter } from '../streams/parameters.js';

const MAX_NOTE_LENGTH = 500;

/** The query of a page of dead letters. */
export class PageParameters {
  @ApiPropertyOptional({ description: 'The `next` of the previous page' })
  @IsOptional()
  @EntryIdParameter('cursor')
  cursor?: string;

  @NumberParameter('How many at most', 1, 200)
  count?: number;
}

/** The query of a list that can be limited to one stream. */
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
  // The original object: class-transformer silently removes properties with some names, such as constructor.
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
