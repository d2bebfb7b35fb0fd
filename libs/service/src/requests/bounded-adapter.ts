import { createServer, type RequestListener } from 'node:http';
import { ExpressAdapter } from '@nestjs/platform-express';

/** The limits of a server's connections. */
export interface ConnectionLimits {
  /** How many may be open at once. Further ones are closed immediately. */
  connections: number;
  /** The deadline for the headers of a request, in milliseconds. */
  headersMs: number;
  /** The deadline for the whole request. The time of the answer is not limited, because a live feed has no end. */
  requestMs: number;
  /** How long a connection without a request is kept open. */
  keepAliveMs: number;
  /** How often the deadlines are checked. */
  checkMs: number;
}

/** Long enough for a customer with a slow connection, and short enough that a thousand slow connections cannot block an app. */
export const CONNECTION_LIMITS: ConnectionLimits = {
  connections: 1024,
  headersMs: 10_000,
  requestMs: 20_000,
  keepAliveMs: 5000,
  checkMs: 1000,
};

/** Express on a server with limited connections. Closing the app closes all its connections. */
export class BoundedAdapter extends ExpressAdapter {
  constructor(private readonly limits = CONNECTION_LIMITS) {
    super();
  }

  override initHttpServer(): void {
    const { connections, headersMs, requestMs, keepAliveMs, checkMs } = this.limits;
    const options = {
      headersTimeout: headersMs,
      requestTimeout: requestMs,
      keepAliveTimeout: keepAliveMs,
      connectionsCheckingInterval: checkMs,
    };
    const server = createServer(options, this.getInstance<RequestListener>());
    server.maxConnections = connections;
    this.httpServer = server;
  }

  override close(): Promise<void> {
    const server = this.getHttpServer();
    const closed = super.close() as Promise<void>;
    server.closeAllConnections();
    return closed;
  }
}
