import { randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { isEqualSecret } from '@shop/access';

/** The CSRF token that every change needs: another site can make a browser send a request, but cannot read this token. */
@Injectable()
export class SessionToken {
  readonly value = randomBytes(32).toString('base64url');

  isRight(given: unknown): boolean {
    return typeof given === 'string' && isEqualSecret(given, this.value);
  }
}
