import { Controller, Get, Query, Res } from '@nestjs/common';
import { ApiOperation, ApiProduces, ApiPropertyOptional, ApiTags } from '@nestjs/swagger';
import { IsIn, IsOptional, Matches } from 'class-validator';
import type { Response } from 'express';
import { Problem } from '../access/problem.js';
import { LiveClient } from './live-client.js';
import { LiveFeed } from './live-feed.js';

class LiveParameters {
  @ApiPropertyOptional({ description: "A stream's name, or * for all: sends its new entries, too" })
  @IsOptional()
  @Matches(/^(\*|[A-Za-z0-9][A-Za-z0-9_.-]*)$/, { message: 'tail must be the name of a stream, or *' })
  tail?: string;

  @ApiPropertyOptional({ enum: ['true', 'false'], description: 'Sends the view of the shop, too' })
  @IsOptional()
  @IsIn(['true', 'false'])
  shop?: 'true' | 'false';
}

@ApiTags('live')
@Controller('api/live')
export class LiveController {
  constructor(private readonly feed: LiveFeed) {}

  @Get()
  @ApiOperation({ summary: 'Server-sent events: overview each second, new entries of tailed streams, outages' })
  @ApiProduces('text/event-stream')
  live(@Query() { tail, shop }: LiveParameters, @Res() response: Response): void {
    if (this.feed.isFull) throw new Problem('busy', 'Too many pages are open at once; close one of them');
    this.feed.add(new LiveClient(response, { tail, shop: shop === 'true' }));
  }
}
