import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { addressOf } from '@shop/access';
import type { Request } from 'express';
import type { Role, User } from '../users/users-file.js';

/** Who asks. */
export interface Actor {
  /** Who has logged in; null where nobody has to, and then everybody is an operator. */
  user: User | null;
  role: Role;
  /** As requests are counted by. */
  address: string;
}

const actors = new WeakMap<object, User>();

/** Notes who has logged in with a request. */
export function setUser(request: object, user: User): void {
  actors.set(request, user);
}

/** Who asks by this request. */
export function actorOf(request: Request): Actor {
  const user = actors.get(request) ?? null;
  return { user, role: user?.role ?? 'operator', address: addressOf(request) };
}

/** Who asks, as a parameter of a handler. */
export const Who = createParamDecorator((_: undefined, context: ExecutionContext) =>
  actorOf(context.switchToHttp().getRequest<Request>()),
);
