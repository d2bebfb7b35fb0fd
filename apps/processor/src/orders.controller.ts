import { Get, NotFoundException, Param, ParseUUIDPipe } from '@nestjs/common';
import { HttpController } from '@shop/service';
import { OrderViews, type OrderView, type ShopSummary } from './order-views.js';

/** What the processor knows of orders. */
@HttpController()
export class OrdersController {
  constructor(private readonly views: OrderViews) {}

  /** `GET /orders/:id`: its state, and its timeline from all four streams. */
  @Get('orders/:id')
  async order(@Param('id', ParseUUIDPipe) id: string): Promise<OrderView> {
    const order = await this.views.order(id);
    if (order) return order;
    throw new NotFoundException(`No event of order ${id} was processed yet. A new order takes a moment: ask again`);
  }

  /** `GET /summary`: the shop in numbers; money in the minor unit. */
  @Get('summary')
  summary(): Promise<ShopSummary> {
    return this.views.summary();
  }
}
