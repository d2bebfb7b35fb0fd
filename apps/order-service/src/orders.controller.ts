import { BadRequestException, Body, Headers, Post, UseGuards } from '@nestjs/common';
import { ForCustomers, HttpController } from '@shop/service';
import { CustomerGuard } from './customer.guard.js';
import { PlaceOrder } from './domain/place-order.js';
import { OrdersService, type PlacedOrder } from './orders.service.js';

/** `POST /orders` */
@HttpController('orders')
export class OrdersController {
  constructor(private readonly orders: OrdersService) {}

  @Post()
  @ForCustomers()
  @UseGuards(CustomerGuard)
  place(@Body() request: PlaceOrder, @Headers('idempotency-key') idempotencyKey?: string): Promise<PlacedOrder> {
    if (idempotencyKey !== undefined && !/^[\x21-\x7e]{1,255}$/.test(idempotencyKey)) {
      throw new BadRequestException(['Idempotency-Key must be 1 to 255 visible ASCII characters, such as a UUID']);
    }
    return this.orders.place(request, idempotencyKey);
  }
}
