import {
  type CanActivate,
  type ExecutionContext,
  ForbiddenException,
  Injectable,
  type OnApplicationShutdown,
  UnauthorizedException,
} from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { isSameText } from '@shop/access';
import type { Request, Response } from 'express';
import { LineLimit } from 'nestjs-event-streams/internal';
import { ServiceConfiguration } from '../configuration.js';
import { ShopLogger } from '../shop-logger.js';
import { FOR_CUSTOMERS } from './for-customers.js';

const CHALLENGE = 'Bearer realm="operators"';
const UNSET =
  'Nobody may change this: no token for operators is set. Start this app with OPERATOR_TOKEN, ' +
  'and send the same as Authorization: Bearer …';
/** The same for none and for a wrong one: it tells nothing of how near a guess came. */
const WRONG = "Expected the operators' token (OPERATOR_TOKEN of this app) as Authorization: Bearer …";

/**
 * Whatever is asked for by another method than GET or HEAD changes something, and is the operators', unless its route is
 * marked {@link ForCustomers}: a new route is closed until somebody has thought of who may use it.
 */
@Injectable()
export class OperatorGuard implements CanActivate, OnApplicationShutdown {
  private readonly lines = new LineLimit((_, count) => {
    this.logger.event('warn', `${String(count)} more requests without the operators' token were refused`, {
      security: 'operator-token',
    });
  });

  constructor(
    private readonly config: ServiceConfiguration,
    private readonly reflector: Reflector,
    private readonly logger: ShopLogger,
  ) {}

  /** @throws ForbiddenException where no token is set; UnauthorizedException without it, or with another one */
  canActivate(context: ExecutionContext): boolean {
    const http = context.switchToHttp();
    const request = http.getRequest<Request>();
    const isCustomers = this.reflector.get<boolean | undefined>(FOR_CUSTOMERS, context.getHandler()) ?? false;
    if (request.method === 'GET' || request.method === 'HEAD' || isCustomers) return true;

    const { OPERATOR_TOKEN: token } = this.config;
    if (token === '') throw new ForbiddenException(UNSET);
    const given = bearerOf(request.headers.authorization);
    if (given !== undefined && isSameText(given, token)) return true;

    this.tell(request, given === undefined ? 'no' : 'a wrong');
    http.getResponse<Response>().header('WWW-Authenticate', CHALLENGE);
    throw new UnauthorizedException(WRONG);
  }

  onApplicationShutdown(): void {
    this.lines.flush();
  }

  private tell({ method, route, ip }: Request, which: string): void {
    if (!this.lines.admits('refused')) return;
    // The route's own path: nothing in it is the caller's.
    const { path } = route as { path: string };
    this.logger.event('warn', `refused ${method} ${path} from ${ip ?? 'nowhere'}: ${which} token for operators`, {
      security: 'operator-token',
      address: ip,
      method,
      route: path,
    });
  }
}

function bearerOf(header: string | undefined): string | undefined {
  return /^Bearer +(\S+)$/i.exec(header ?? '')?.[1];
}
