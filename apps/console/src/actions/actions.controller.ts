import { once } from 'node:events';
import { Controller, Get, Query, Res } from '@nestjs/common';
import { ApiOperation, ApiProduces, ApiProperty, ApiPropertyOptional, ApiTags } from '@nestjs/swagger';
import { IsIn, IsOptional } from 'class-validator';
import type { Response } from 'express';
import type { ActionPage } from '../contract/actions.js';
import { ApiAnswer } from '../openapi/api-answer.js';
import { EntryIdParameter, NumberParameter } from '../streams/parameters.js';
import { ActionReader } from './action-reader.js';
import { FORMATS } from './export.js';

const EXPORT_PAGE = 200;

class ActionsParameters {
  @ApiPropertyOptional({ description: 'The `next` of the previous page' })
  @IsOptional()
  @EntryIdParameter('cursor')
  cursor?: string;

  @NumberParameter('How many at most', 1, 200)
  count?: number;
}

class ExportParameters {
  @ApiProperty({ enum: ['csv', 'jsonl'] })
  @IsIn(['csv', 'jsonl'])
  format!: 'csv' | 'jsonl';
}

@ApiTags('actions')
@Controller('api/actions')
export class ActionsController {
  constructor(private readonly reader: ActionReader) {}

  @Get()
  @ApiOperation({ summary: 'The changes made by this console, latest first' })
  @ApiAnswer('ActionPage')
  page(@Query() { cursor, count }: ActionsParameters): Promise<ActionPage> {
    return this.reader.page(cursor, count);
  }

  @Get('export')
  @ApiOperation({ summary: 'All changes as a file' })
  @ApiProduces('text/csv', 'application/x-ndjson')
  async export(@Query() { format }: ExportParameters, @Res() response: Response): Promise<void> {
    const { type, head, lineOf } = FORMATS[format];
    // Reads the first page before the headers: an error here is still answered as a problem.
    let page = await this.reader.page(undefined, EXPORT_PAGE);
    response.set({ 'Content-Type': type, 'Content-Disposition': `attachment; filename="actions.${format}"` });
    response.write(head);
    try {
      for (;;) {
        const isFull = !response.write(page.actions.map(lineOf).join(''));
        if (page.next === null || response.destroyed) break;
        if (isFull) await Promise.race([once(response, 'drain'), once(response, 'close')]);
        page = await this.reader.page(page.next, EXPORT_PAGE);
      }
      response.end();
    } catch {
      // An incomplete file must not look complete.
      response.destroy();
    }
  }
}
