import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { addressOf } from '@shop/access';
import { ShopLogger } from '@shop/service';
import type { Request } from 'express';
import { LineLimit } from 'nestjs-event-streams/internal';

/** The events that are logged. */
export type SecurityEvent =
  'failed-login' | 'lock-out' | 'refused-role' | 'bad-token' | 'refused-host' | 'refused-origin';

const MAX_TEXT_LENGTH = 100;

/**
 * Logs rejected requests, one line each, never with a password. Texts from outside are shortened and escaped. In ten seconds, a limited
 * number of lines of each kind is logged; the rest is counted.
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

  /** @param user the name that the request gave, which may be wrong @param detail more, in words */
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
  return text.length > MAX_TEXT_LENGTH ? `${text.slice(0, MAX_TEXT_LENGTH)}…` : text;
}
