import { Module } from '@nestjs/common';
import { AcceptedOrders } from './accepted-orders.js';
import { CatalogueController } from './catalogue/catalogue.controller.js';
import { Catalogue } from './catalogue/catalogue.js';
import { IdempotencyBook } from './idempotency-book.js';
import { OrdersController } from './orders.controller.js';
import { OrdersService } from './orders.service.js';
import { SimulationController } from './simulation/simulation.controller.js';
import { Simulation } from './simulation/simulation.js';

/** Takes orders, from customers who call and from simulated ones. */
@Module({
  controllers: [CatalogueController, OrdersController, SimulationController],
  providers: [AcceptedOrders, Catalogue, IdempotencyBook, OrdersService, Simulation],
})
export class OrderModule {}
