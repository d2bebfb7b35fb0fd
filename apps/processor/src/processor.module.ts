import { Module } from '@nestjs/common';
import { OrdersController } from './orders.controller.js';
import { OrderViews } from './order-views.js';
import { ProcessorHandlers } from './processor.handlers.js';

/** Keeps the shop's read models. */
@Module({ controllers: [OrdersController], providers: [OrderViews, ProcessorHandlers] })
export class ProcessorModule {}
