import { Logger } from '@nestjs/common';
import { SafeLogger } from '../log/safe-logger.js';

/** Most applications call `enableShutdownHooks()` right after they are up, since `createApplicationContext` starts them. */
const LOOK_AFTER_MS = 1000;

/**
 * Warns where a SIGTERM will end the process in the middle of its handlers. Nest does not tell whether its shutdown hooks
 * are enabled; but as long as nobody in the process listens for SIGTERM they are not, and nothing else stands in for them.
 */
export class ShutdownHooksCheck {
  private readonly logger = new SafeLogger('EventsModule');
  private timer: NodeJS.Timeout | undefined;

  /** Looks a second later; the application is up. */
  begin(): void {
    // Nobody would read it.
    if (!Logger.isLevelEnabled('warn')) return;
    this.timer = setTimeout(() => {
      if (process.listenerCount('SIGTERM') > 0) return;
      this.logger.warn(
        'Nothing in this process listens for SIGTERM, so its handlers are cut off when it is stopped, and others take their ' +
          'events over only after consumer.claimAfterMs. Call app.enableShutdownHooks()',
      );
    }, LOOK_AFTER_MS);
    this.timer.unref();
  }

  end(): void {
    clearTimeout(this.timer);
  }
}
