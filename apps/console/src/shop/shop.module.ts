import { Module } from '@nestjs/common';
import { ActionsModule } from '../actions/actions.module.js';
import { ObserveModule } from '../observe/observe.module.js';
import { LiveExtrasModule } from '../live/live-extras.module.js';
import { AuditService } from './audit.service.js';
import { ReadModelsReader } from './read-models.js';
import { ShopServices } from './services.js';
import { ShopController } from './shop.controller.js';
import { ShopService } from './shop.service.js';
import { SimulationService } from './simulation.service.js';

/** The view of the shop. No other module of the console depends on the shop. */
@Module({
  imports: [ActionsModule, ObserveModule, LiveExtrasModule],
  controllers: [ShopController],
  providers: [AuditService, ReadModelsReader, ShopServices, ShopService, SimulationService],
})
export class ShopModule {}
