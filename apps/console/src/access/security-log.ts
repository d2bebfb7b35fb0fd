import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { addressOf } from '@shop/access';
import { ShopLogger } from '@shop/service';
import type { Request } from 'express';
import { LineLimit } from 'nestjs-event-streams/internal';

/** What is noted. */
export type SecurityEvent =
  'failed-login' | 'lock-out' | 'refused-role' | 'bad-token' | 'refused-host' | 'refused-origin';

const LONGEST = 100;

/**
 * Notes in the log who was refused what, never with a password: a line each, whose texts from outside are cut and escaped, and of
 * each kind so many in ten seconds, after which the rest is counted.
 */
@Injectable()
export class SecurityLog implements OnModuleDestroy {
  private readonly lines = new LineLimit((kind, count) => {
    this.logger.event('warn', `security: ${kind}, and ${String(count)} more of the kind in ten seconds`, {
      security: kind,
      left_out: count,
    });
  });

  constructor(private readonly logger: ShopLogger) {}

  /** @param user the name that was given, true or not @param detail more, in words */
  note(event: SecurityEvent, request: Request, detail: string, user?: string): void {
    if (!this.lines.admits(event)) return;
    const address = addressOf(request);
    const path = cut(request.originalUrl.replace(/\?.*$/s, ''));
    const name = user === undefined ? {} : { user: cut(user) };
    const whom = user === undefined ? '' : ` ${JSON.stringify(cut(user))}`;
    this.logger.event('warn', `security: ${event}${whom} from ${address} at ${path}: ${cut(detail)}`, {
      security: event,
      address,
      path,
      ...name,
    });
  }

  onModuleDestroy(): void {
    this.lines.flush();
  }
}

function cut(text: string): string {
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}
