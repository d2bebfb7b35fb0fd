import { Body, Get, HttpCode, Post } from '@nestjs/common';
import { HttpController } from '@shop/service';
import { IsOptional } from 'class-validator';
import { IsRate, type Rate } from './rate.js';
import { Simulation, type SimulationStatus } from './simulation.js';

/** The body of `POST /simulation/start`. Optional. */
export class StartSimulation {
  /** Orders per second, on average over a simulated day; `max` for as many as the shop can handle. */
  @IsOptional()
  @IsRate()
  rate?: Rate;
}

/** Starts and stops the simulation. Only operators may, with their token. */
@HttpController('simulation')
export class SimulationController {
  constructor(private readonly simulation: Simulation) {}

  @Get()
  status(): SimulationStatus {
    return this.simulation.status();
  }

  @Post('start')
  @HttpCode(200)
  async start(@Body() body?: StartSimulation): Promise<SimulationStatus> {
    await this.simulation.start(body?.rate);
    return this.simulation.status();
  }

  @Post('stop')
  @HttpCode(200)
  async stop(): Promise<SimulationStatus> {
    await this.simulation.stop();
    return this.simulation.status();
  }
}
