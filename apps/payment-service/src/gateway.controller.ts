import { Body, Get, HttpCode, Post } from '@nestjs/common';
import { HttpController } from '@shop/service';
import { IsNumber, Max, Min } from 'class-validator';
import { PaymentGateway } from './payment-gateway.js';

/** How the gateway fares; also the body of `POST /gateway`. */
export class GatewayStatus {
  /** Share of calls that fail and are tried again. */
  // Only a JSON number: what a form of another site can send is text.
  @IsNumber()
  @Min(0)
  @Max(1)
  failure_share!: number;
}

/** Steers the simulated payment gateway: operators alone may, with their token. */
@HttpController('gateway')
export class GatewayController {
  constructor(private readonly gateway: PaymentGateway) {}

  @Get()
  status(): GatewayStatus {
    return { failure_share: this.gateway.failureShare };
  }

  @Post()
  @HttpCode(200)
  set(@Body() { failure_share }: GatewayStatus): GatewayStatus {
    this.gateway.failureShare = failure_share;
    return this.status();
  }
}
