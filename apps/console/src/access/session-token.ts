import { randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { isEqualSecret } from '@shop/access';

/** What a page must know to change anything: another site can make a browser send a request, but not read this. */
@Injectable()
export class SessionToken {
  readonly value = randomBytes(32).toString('base64url');

  isRight(given: unknown): boolean {
    return typeof given === 'string' && isEqualSecret(given, this.value);
  }
}
