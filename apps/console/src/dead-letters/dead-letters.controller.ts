import { Body, Controller, Get, HttpCode, Param, Post, Query, UseGuards } from '@nestjs/common';
import { ApiOperation, ApiSecurity, ApiTags } from '@nestjs/swagger';
import { CurrentActor, type Actor } from '../access/actor.js';
import { ChangesNothing } from '../access/changes.guard.js';
import type {
  DeadLetterActionResult,
  DeadLetterGroups,
  DeadLetterHistory,
  DeadLetterPage,
  DeadLetterPreview,
  DeadLetterView,
} from '../contract/dead-letters.js';
import { ApiAnswer } from '../openapi/api-answer.js';
import { DeadLetterActionsService } from './dead-letter-actions.service.js';
import { DeadLetterListService } from './dead-letter-list.service.js';
import { HistoryService } from './history.service.js';
import { PayloadGuard } from './payload.guard.js';
import { ActionBody, PageParameters, StreamParameters } from './parameters.js';

@ApiTags('dead letters')
@Controller('api/dead-letters')
@UseGuards(PayloadGuard)
export class DeadLettersController {
  constructor(
    private readonly list: DeadLetterListService,
    private readonly actions: DeadLetterActionsService,
    private readonly actionHistory: HistoryService,
  ) {}

  @Get()
  @ApiOperation({ summary: 'Dead letters grouped by cause' })
  @ApiAnswer('DeadLetterGroups')
  groups(@Query() { stream }: StreamParameters): Promise<DeadLetterGroups> {
    return this.list.groups(stream);
  }

  @Get('history')
  @ApiOperation({ summary: 'What was replayed and discarded, latest first' })
  @ApiAnswer('DeadLetterHistory')
  history(@Query() { stream, count }: StreamParameters): Promise<DeadLetterHistory> {
    return this.actionHistory.history(stream, count);
  }

  @Get('causes/:causeId')
  @ApiOperation({ summary: 'The dead letters of a cause, newest first' })
  @ApiAnswer('DeadLetterPage')
  page(@Param('causeId') causeId: string, @Query() { cursor, count }: PageParameters): Promise<DeadLetterPage> {
    return this.list.page(causeId, cursor, count);
  }

  @Get(':stream/:id')
  @ApiOperation({ summary: 'One dead letter' })
  @ApiAnswer('DeadLetterView')
  deadLetter(@Param('stream') stream: string, @Param('id') id: string): Promise<DeadLetterView> {
    return this.list.deadLetter(stream, id);
  }

  @Post('preview')
  @HttpCode(200)
  @ChangesNothing()
  @ApiOperation({ summary: 'A preview of an action; changes nothing' })
  @ApiSecurity('token')
  @ApiAnswer('DeadLetterPreview')
  preview(@Body() request: ActionBody): Promise<DeadLetterPreview> {
    return this.actions.preview(request);
  }

  @Post('act')
  @HttpCode(200)
  @ApiOperation({ summary: 'Replays or discards' })
  @ApiSecurity('token')
  @ApiAnswer('DeadLetterActionResult')
  act(@Body() request: ActionBody, @CurrentActor() actor: Actor): Promise<DeadLetterActionResult> {
    return this.actions.act(request, actor);
  }
}
