import { Get, NotFoundException, Param, ParseUUIDPipe } from '@nestjs/common';
import { HttpController } from '@shop/service';
import { OrderViews, type OrderView, type ShopSummary } from './order-views.js';

/** Answers from the processor's read models. */
@HttpController()
export class OrdersController {
  constructor(private readonly views: OrderViews) {}

  /** `GET /orders/:id`: the state of an order, and its events of all four streams. */
  @Get('orders/:id')
  async order(@Param('id', ParseUUIDPipe) id: string): Promise<OrderView> {
    const order = await this.views.order(id);
    if (order) return order;
    throw new NotFoundException(`No event of order ${id} was processed yet. For a new order, try again in a moment`);
  }

  /** `GET /summary`: the shop in numbers. Money is in the currency's minor unit. */
  @Get('summary')
  summary(): Promise<ShopSummary> {
    return this.views.summary();
  }
}
