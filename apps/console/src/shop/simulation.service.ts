import { Injectable } from '@nestjs/common';
import { Problem } from '../access/problem.js';
import type { GatewayRequest, GatewayView, SimulationRequest, SimulationView } from '../contract/shop.js';
import { notOperator, ShopServices, type ServiceAnswer } from './services.js';

/** Controls the simulated customers and the payment gateway. */
@Injectable()
export class SimulationService {
  constructor(private readonly services: ShopServices) {}

  /** @throws Problem when the order service does not answer */
  async simulation(): Promise<SimulationView> {
    return simulationOf(await this.services.order('/simulation'));
  }

  /** @throws Problem */
  async control({ running, rate }: SimulationRequest): Promise<SimulationView> {
    const path = running ? '/simulation/start' : '/simulation/stop';
    const body = running && rate !== undefined ? { rate } : {};
    return simulationOf(await this.services.order(path, body, this.services.asOperator()));
  }

  /** @throws Problem when the payment service does not answer */
  async gateway(): Promise<GatewayView> {
    return gatewayOf(await this.services.payment('/gateway'));
  }

  /** @throws Problem */
  async setGateway({ failureShare }: GatewayRequest): Promise<GatewayView> {
    const body = { failure_share: failureShare };
    return gatewayOf(await this.services.payment('/gateway', body, this.services.asOperator()));
  }
}

function simulationOf(answer: ServiceAnswer): SimulationView {
  const { running, rate, placed } = successOf(answer, 'order service') as SimulationView;
  return { running, rate, placed };
}

function gatewayOf(answer: ServiceAnswer): GatewayView {
  const { failure_share } = successOf(answer, 'payment service') as { failure_share: number };
  return { failureShare: failure_share };
}

function successOf({ status, body }: ServiceAnswer, name: string): unknown {
  if (status === 200) return body;
  if (status === 401) throw notOperator(`The token for operators of the ${name} is not the one of this console`);
  if (status === 403) throw notOperator(`The ${name} has no token for operators`);
  throw new Problem('service-away', `The ${name} answered ${String(status)}`);
}
