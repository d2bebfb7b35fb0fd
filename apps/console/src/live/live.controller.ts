import { Controller, Get, Query, Req, Res } from '@nestjs/common';
import { ApiOperation, ApiProduces, ApiPropertyOptional, ApiTags } from '@nestjs/swagger';
import { IsIn, IsOptional, Matches } from 'class-validator';
import type { Request, Response } from 'express';
import { actorOf } from '../access/actor.js';
import { Problem } from '../access/problem.js';
import { LiveClient } from './live-client.js';
import { LiveFeed } from './live-feed.js';

const RETRY_AFTER_SECONDS = 5;

class LiveParameters {
  @ApiPropertyOptional({ description: "A stream's name, or * for all: sends its new entries, too" })
  @IsOptional()
  @Matches(/^(\*|[A-Za-z0-9][A-Za-z0-9_.-]*)$/, { message: 'tail must be the name of a stream, or *' })
  tail?: string;

  @ApiPropertyOptional({ enum: ['true', 'false'], description: 'Also sends the view of the shop' })
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
  live(@Query() { tail, shop }: LiveParameters, @Req() request: Request, @Res() response: Response): void {
    const { user, address } = actorOf(request);
    const owner = { user, address };
    const why = this.feed.whyFull(owner);
    if (why !== null) throw new Problem('busy', why, undefined, { retryAfterSeconds: RETRY_AFTER_SECONDS });
    this.feed.add(new LiveClient(response, { tail, shop: shop === 'true' }, owner));
  }
}
