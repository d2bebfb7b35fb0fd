import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { ApiAnswer } from '../openapi/api-answer.js';
import type { EntriesPage, EntryDetail, StreamDetail, StreamList } from '../contract/streams.js';
import { EntriesParameters } from './parameters.js';
import { StreamsService } from './streams.service.js';

@ApiTags('streams')
@Controller('api/streams')
export class StreamsController {
  constructor(private readonly streams: StreamsService) {}

  @Get()
  @ApiOperation({ summary: 'All streams of the prefix' })
  @ApiAnswer('StreamList')
  list(): Promise<StreamList> {
    return this.streams.list();
  }

  @Get(':stream')
  @ApiOperation({ summary: 'One stream with its groups and their consumers' })
  @ApiAnswer('StreamDetail')
  detail(@Param('stream') stream: string): Promise<StreamDetail> {
    return this.streams.detail(stream);
  }

  @Get(':stream/entries')
  @ApiOperation({ summary: 'Entries newest first; with filters, a search of bounded depth' })
  @ApiAnswer('EntriesPage')
  entries(@Param('stream') stream: string, @Query() query: EntriesParameters): Promise<EntriesPage> {
    return this.streams.entries(stream, query);
  }

  @Get(':stream/entries/:id')
  @ApiOperation({ summary: 'One whole entry, and its state in each group' })
  @ApiAnswer('EntryDetail')
  entry(@Param('stream') stream: string, @Param('id') id: string): Promise<EntryDetail> {
    return this.streams.entry(stream, id);
  }
}
