import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { addressOf } from '@shop/access';
import type { Request } from 'express';
import type { Role, User } from '../users/users-file.js';

/** The sender of a request. */
export interface Actor {
  /** The user who is logged in; null if no login is required. Then every sender is an operator. */
  user: User | null;
  role: Role;
  /** The address by which requests are counted. */
  address: string;
}

const actors = new WeakMap<object, User>();

/** Records the user who has logged in with a request. */
export function setUser(request: object, user: User): void {
  actors.set(request, user);
}

/** The sender of a request. */
export function actorOf(request: Request): Actor {
  const user = actors.get(request) ?? null;
  return { user, role: user?.role ?? 'operator', address: addressOf(request) };
}

/** The sender of the request, as a parameter of a handler. */
export const CurrentActor = createParamDecorator((_: undefined, context: ExecutionContext) =>
  actorOf(context.switchToHttp().getRequest<Request>()),
);
