import { Body, Controller, Get, HttpCode, Post, UseGuards } from '@nestjs/common';
import { ApiOperation, ApiSecurity, ApiTags } from '@nestjs/swagger';
import { CurrentActor, type Actor } from '../access/actor.js';
import { ChangesNothing } from '../access/changes.guard.js';
import { ActionLog } from '../actions/action-log.js';
import type { AuditView, Catalogue, GatewayView, PlacedOrderView, ShopView, SimulationView } from '../contract/shop.js';
import { ApiAnswer } from '../openapi/api-answer.js';
import { AuditService } from './audit.service.js';
import { GatewayBody, OrderBody, SimulationBody } from './parameters.js';
import { ShopGuard } from './shop.guard.js';
import { ShopService } from './shop.service.js';
import { SimulationService } from './simulation.service.js';

const ORDER_SERVICE = 'order service';
const PAYMENT_SERVICE = 'payment service';

@ApiTags('shop')
@Controller('api/shop')
@UseGuards(ShopGuard)
export class ShopController {
  constructor(
    private readonly shop: ShopService,
    private readonly simulation: SimulationService,
    private readonly auditor: AuditService,
    private readonly actions: ActionLog,
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
  place(@Body() order: OrderBody, @CurrentActor() actor: Actor): Promise<PlacedOrderView> {
    const details = `${String(order.items.length)} items, key ${order.idempotencyKey}`;
    return this.actions.run(
      actor,
      { action: 'place-order', target: ORDER_SERVICE, details },
      () => this.shop.place(order),
      ({ orderId }) => `order ${orderId}`,
    );
  }

  @Post('simulation')
  @HttpCode(200)
  @ApiOperation({ summary: 'Starts or stops the simulated customers' })
  @ApiSecurity('token')
  @ApiAnswer('SimulationView')
  controlSimulation(@Body() request: SimulationBody, @CurrentActor() actor: Actor): Promise<SimulationView> {
    const action = request.running ? 'start-simulation' : 'stop-simulation';
    const details = request.rate === undefined ? '' : `${String(request.rate)} orders a second`;
    return this.actions.run(
      actor,
      { action, target: ORDER_SERVICE, details },
      () => this.simulation.control(request),
      ({ running, rate }) => (running ? `${String(rate)} orders a second` : 'stopped'),
    );
  }

  @Post('gateway')
  @HttpCode(200)
  @ApiOperation({ summary: 'Sets the share of gateway calls that fail' })
  @ApiSecurity('token')
  @ApiAnswer('GatewayView')
  setGateway(@Body() request: GatewayBody, @CurrentActor() actor: Actor): Promise<GatewayView> {
    return this.actions.run(
      actor,
      { action: 'set-gateway', target: PAYMENT_SERVICE, details: `failureShare ${String(request.failureShare)}` },
      () => this.simulation.setGateway(request),
      ({ failureShare }) => `failureShare ${String(failureShare)}`,
    );
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
