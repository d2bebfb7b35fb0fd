import {
  type CanActivate,
  type ExecutionContext,
  ForbiddenException,
  Injectable,
  type OnApplicationShutdown,
  UnauthorizedException,
} from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { isEqualSecret } from '@shop/access';
import type { Request, Response } from 'express';
import { LineLimit } from 'nestjs-event-streams/internal';
import { ServiceConfiguration } from '../configuration.js';
import { ShopLogger } from '../shop-logger.js';
import { FOR_CUSTOMERS } from './for-customers.js';

const CHALLENGE = 'Bearer realm="operators"';
const UNSET =
  'This app has no token for operators, so nobody may change this. Start the app with OPERATOR_TOKEN, ' +
  'and send the same token as Authorization: Bearer …';
/** The same message for a missing and for a wrong token, so that it says nothing about a guess. */
const WRONG = "Expected the operators' token (OPERATOR_TOKEN of this app) as Authorization: Bearer …";

/**
 * Requires the operators' token for every method other than GET and HEAD, unless the route is marked {@link ForCustomers}. A new
 * route is therefore closed until it is decided who may use it.
 */
@Injectable()
export class OperatorGuard implements CanActivate, OnApplicationShutdown {
  private readonly lines = new LineLimit((_, count) => {
    this.logger.event('warn', `${String(count)} more requests without the operators' token were rejected`, {
      security: 'operator-token',
    });
  });

  constructor(
    private readonly config: ServiceConfiguration,
    private readonly reflector: Reflector,
    private readonly logger: ShopLogger,
  ) {}

  /** @throws ForbiddenException if the app has no token; UnauthorizedException for a missing or wrong token */
  canActivate(context: ExecutionContext): boolean {
    const http = context.switchToHttp();
    const request = http.getRequest<Request>();
    const isCustomers = this.reflector.get<boolean | undefined>(FOR_CUSTOMERS, context.getHandler()) ?? false;
    if (request.method === 'GET' || request.method === 'HEAD' || isCustomers) return true;

    const { OPERATOR_TOKEN: token } = this.config;
    if (token === '') throw new ForbiddenException(UNSET);
    const given = bearerOf(request.headers.authorization);
    if (given !== undefined && isEqualSecret(given, token)) return true;

    this.logRejected(request, given === undefined ? 'no' : 'a wrong');
    http.getResponse<Response>().header('WWW-Authenticate', CHALLENGE);
    throw new UnauthorizedException(WRONG);
  }

  onApplicationShutdown(): void {
    this.lines.flush();
  }

  private logRejected({ method, route, ip }: Request, which: string): void {
    if (!this.lines.admits('rejected')) return;
    // The path of the route, which contains nothing from the caller.
    const { path } = route as { path: string };
    this.logger.event(
      'warn',
      `rejected ${method} ${path} from ${ip ?? 'an unknown address'}: ${which} token for operators`,
      {
        security: 'operator-token',
        address: ip,
        method,
        route: path,
      },
    );
  }
}

function bearerOf(header: string | undefined): string | undefined {
  return /^Bearer +(\S+)$/i.exec(header ?? '')?.[1];
}
