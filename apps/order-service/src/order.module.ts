import { Module } from '@nestjs/common';
import { AcceptedOrders } from './accepted-orders.js';
import { CatalogueController } from './catalogue/catalogue.controller.js';
import { Catalogue } from './catalogue/catalogue.js';
import { IdempotencyKeys } from './idempotency-keys.js';
import { OrdersController } from './orders.controller.js';
import { OrdersService } from './orders.service.js';
import { SimulationController } from './simulation/simulation.controller.js';
import { Simulation } from './simulation/simulation.js';

/** Accepts orders by HTTP and from simulated customers. */
@Module({
  controllers: [CatalogueController, OrdersController, SimulationController],
  providers: [AcceptedOrders, Catalogue, IdempotencyKeys, OrdersService, Simulation],
})
export class OrderModule {}
