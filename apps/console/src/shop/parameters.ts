import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsArray, IsBoolean, IsNumber, IsObject, IsOptional, IsString, IsUUID, Max, Min } from 'class-validator';
import type { GatewayRequest, OrderRequest, SimulationRequest } from '../contract/shop.js';

const MAX_RATE = 1000;

/** The body of `POST /api/shop/simulation`. */
export class SimulationBody implements SimulationRequest {
  @ApiProperty()
  @IsBoolean()
  running!: boolean;

  @ApiPropertyOptional({ minimum: 0.01, maximum: MAX_RATE })
  @IsOptional()
  @IsNumber()
  @Min(0.01)
  @Max(MAX_RATE)
  rate?: number;
}

/** The body of `POST /api/shop/gateway`. */
export class GatewayBody implements GatewayRequest {
  @ApiProperty({ minimum: 0, maximum: 1 })
  @IsNumber()
  @Min(0)
  @Max(1)
  failureShare!: number;
}

/** The body of `POST /api/shop/orders`; the order service validates it. */
export class OrderBody implements OrderRequest {
  @ApiProperty({ type: Object })
  @IsObject()
  customer!: OrderRequest['customer'];

  @ApiProperty({ type: [Object] })
  @IsArray()
  items!: OrderRequest['items'];

  @ApiProperty()
  @IsString()
  currency!: string;

  @ApiProperty({ type: Object })
  @IsObject()
  shipping_address!: OrderRequest['shipping_address'];

  @ApiProperty({ format: 'uuid' })
  @IsUUID()
  idempotencyKey!: string;
}
