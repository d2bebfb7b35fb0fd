import { createServer, type RequestListener } from 'node:http';
import { ExpressAdapter } from '@nestjs/platform-express';

/** How many connections a server has at once, and how long they may take. */
export interface ConnectionLimits {
  /** Those beyond it are closed as they come. */
  connections: number;
  /** Until the headers of a request are there, in milliseconds. */
  headersMs: number;
  /** Until all of a request is there. How long its answer takes is another matter: a live feed has no end. */
  requestMs: number;
  /** How long a connection without a request is kept. */
  keepAliveMs: number;
  /** How often it looks for those that are late. */
  checkMs: number;
}

/** Enough for a customer on a slow line, and too little to hold an app by a thousand such lines. */
export const CONNECTION_LIMITS: ConnectionLimits = {
  connections: 1024,
  headersMs: 10_000,
  requestMs: 20_000,
  keepAliveMs: 5000,
  checkMs: 1000,
};

/** Express on a server whose connections have bounds; closing it closes them. */
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
