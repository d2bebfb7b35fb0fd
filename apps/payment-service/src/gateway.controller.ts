import { Body, Get, HttpCode, Post } from '@nestjs/common';
import { HttpController } from '@shop/service';
import { IsNumber, Max, Min } from 'class-validator';
import { PaymentGateway } from './payment-gateway.js';

/** The answer of `GET /gateway`, and the body of `POST /gateway`. */
export class GatewayStatus {
  /** Share of calls that fail and are retried. */
  // Only a JSON number, because a form of another site can send strings only.
  @IsNumber()
  @Min(0)
  @Max(1)
  failure_share!: number;
}

/** Configures the simulated payment gateway. Only operators may change it, with their token. */
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
