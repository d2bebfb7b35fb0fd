import { Controller, Get } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Overview, Series } from '../contract/overview.js';
import { FRESH_MS } from '../observe/timing.js';
import { ApiAnswer } from '../openapi/api-answer.js';
import { OverviewService } from './overview.service.js';

@ApiTags('overview')
@Controller('api')
export class OverviewController {
  constructor(private readonly service: OverviewService) {}

  @Get('overview')
  @ApiOperation({ summary: 'Topology, findings, rates and latencies at one moment' })
  @ApiAnswer('Overview')
  overview(): Promise<Overview> {
    return this.service.overview(FRESH_MS);
  }

  @Get('series')
  @ApiOperation({ summary: 'Rates and latencies per second, while a page of the console was open' })
  @ApiAnswer('Series')
  series(): Series {
    return this.service.series;
  }
}
