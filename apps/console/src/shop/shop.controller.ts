import { Body, Controller, Get, HttpCode, Post, UseGuards } from '@nestjs/common';
import { ApiOperation, ApiSecurity, ApiTags } from '@nestjs/swagger';
import { ChangesNothing } from '../access/changes.guard.js';
import type { AuditView, Catalogue, GatewayView, PlacedOrderView, ShopView, SimulationView } from '../contract/shop.js';
import { ApiAnswer } from '../openapi/api-answer.js';
import { AuditService } from './audit.service.js';
import { GatewayBody, OrderBody, SimulationBody } from './parameters.js';
import { ShopGuard } from './shop.guard.js';
import { ShopService } from './shop.service.js';
import { SimulationService } from './simulation.service.js';

@ApiTags('shop')
@Controller('api/shop')
@UseGuards(ShopGuard)
export class ShopController {
  constructor(
    private readonly shop: ShopService,
    private readonly simulation: SimulationService,
    private readonly auditor: AuditService,
  ) {}

  @Get()
  @ApiOperation({ summary: 'The shop in numbers' })
  @ApiAnswer('ShopView')
  view(): Promise<ShopView> {
    return this.shop.view();
  }

  @Get('catalogue')
  @ApiOperation({ summary: 'What can be ordered' })
  @ApiAnswer('Catalogue')
  catalogue(): Catalogue {
    return this.shop.catalogue();
  }

  @Post('orders')
  @ApiOperation({ summary: 'Places an order' })
  @ApiSecurity('token')
  @ApiAnswer('PlacedOrderView', 201)
  place(@Body() order: OrderBody): Promise<PlacedOrderView> {
    return this.shop.place(order);
  }

  @Post('simulation')
  @HttpCode(200)
  @ApiOperation({ summary: 'Lets simulated customers come, or sends them home' })
  @ApiSecurity('token')
  @ApiAnswer('SimulationView')
  steer(@Body() request: SimulationBody): Promise<SimulationView> {
    return this.simulation.steer(request);
  }

  @Post('gateway')
  @HttpCode(200)
  @ApiOperation({ summary: 'Sets the share of gateway calls that fail' })
  @ApiSecurity('token')
  @ApiAnswer('GatewayView')
  setGateway(@Body() request: GatewayBody): Promise<GatewayView> {
    return this.simulation.setGateway(request);
  }

  @Post('audit')
  @HttpCode(200)
  @ChangesNothing()
  @ApiOperation({ summary: 'Checks the laws' })
  @ApiSecurity('token')
  @ApiAnswer('AuditView')
  audit(): Promise<AuditView> {
    return this.auditor.check();
  }
}
