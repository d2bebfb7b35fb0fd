import { type CanActivate, type ExecutionContext, Injectable, SetMetadata } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { Request } from 'express';
import { ConsoleConfiguration } from '../configuration.js';
import { TOKEN_HEADER } from '../contract/http.js';
import { actorOf } from './actor.js';
import { Problem } from './problem.js';
import { SecurityLog } from './security-log.js';
import { SessionToken } from './session-token.js';

const CHANGES_NOTHING = 'console:changes-nothing';

/** A POST that changes nothing: it needs the token, and is allowed when the console is read-only. */
export const ChangesNothing = () => SetMetadata(CHANGES_NOTHING, true);

/** Allows changes only to operators with the session's token, and to no one if the console is read-only. */
@Injectable()
export class ChangesGuard implements CanActivate {
  constructor(
    private readonly config: ConsoleConfiguration,
    private readonly token: SessionToken,
    private readonly log: SecurityLog,
    private readonly reflector: Reflector,
  ) {}

  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<Request>();
    if (request.method === 'GET' || request.method === 'HEAD') return true;
    const { user, role } = actorOf(request);
    if (!this.token.isRight(request.header(TOKEN_HEADER))) {
      this.log.note('bad-token', request, 'the token of this console is missing or wrong', user?.name);
      throw new Problem(
        'bad-token',
        `Expected the header ${TOKEN_HEADER} with the token of GET /api/session, got ${
          request.header(TOKEN_HEADER) === undefined ? 'none' : 'another one: request it again'
        }`,
      );
    }
    const isHarmless = this.reflector.get<boolean | undefined>(CHANGES_NOTHING, context.getHandler()) ?? false;
    if (this.config.CONSOLE_READ_ONLY && !isHarmless) {
      throw new Problem('read-only', 'This console is read-only (CONSOLE_READ_ONLY): nothing was changed');
    }
    if (role === 'viewer' && !isHarmless) {
      this.log.note('refused-role', request, 'a viewer tried to make a change', user?.name);
      throw new Problem('forbidden', `${user?.name ?? ''} is a viewer and cannot make changes: this needs an operator`);
    }
    return true;
  }
}
