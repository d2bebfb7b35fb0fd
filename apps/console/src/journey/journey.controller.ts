import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiOperation, ApiPropertyOptional, ApiTags } from '@nestjs/swagger';
import { IsOptional, IsString, Matches, MaxLength } from 'class-validator';
import type { Journey } from '../contract/journey.js';
import { ApiAnswer } from '../openapi/api-answer.js';
import { JourneyService } from './journey.service.js';

const MAX_CURSOR_LENGTH = 20_000;

class JourneyParameters {
  @ApiPropertyOptional({
    description: 'A time in milliseconds since 1970, or an entry id, around which to search first',
  })
  @IsOptional()
  @Matches(/^\d{1,20}(-\d{1,20})?$/, { message: 'near must be milliseconds since 1970 or an entry id' })
  near?: string;

  @ApiPropertyOptional({ description: 'The cursor of the previous answer, to continue the search' })
  @IsOptional()
  @IsString()
  @MaxLength(MAX_CURSOR_LENGTH)
  cursor?: string;
}

@ApiTags('journeys')
@Controller('api/journeys')
export class JourneyController {
  constructor(private readonly journeys: JourneyService) {}

  @Get(':correlationId')
  @ApiOperation({ summary: 'All events of a correlation id, as a timeline' })
  @ApiAnswer('Journey')
  journey(@Param('correlationId') correlationId: string, @Query() query: JourneyParameters): Promise<Journey> {
    return this.journeys.journey(correlationId, query.near, query.cursor);
  }
}
