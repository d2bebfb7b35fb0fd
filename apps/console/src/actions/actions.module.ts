import { Module } from '@nestjs/common';
import { ActionLog } from './action-log.js';
import { ActionReader } from './action-reader.js';
import { ActionsController } from './actions.controller.js';

/** What was changed by the console, and by whom. */
@Module({ controllers: [ActionsController], providers: [ActionLog, ActionReader], exports: [ActionLog] })
export class ActionsModule {}
