import { Injectable, Module, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import type { RedisConnection } from '../connection/redis-connection.js';

/** Nest calls the start hooks of modules from the farthest to the nearest; its root module is at 1. */
const AFTER_ALL_OTHERS = -1;

/** What a part of the library does when the application starts and ends. */
export interface StartupParts {
  /** The last step that can refuse the start. */
  prepare?: () => Promise<void>;
  /** The application is up: every hook of every module has succeeded. Must not throw. */
  begin?: () => void;
  /** The start is refused: end whatever keeps the process alive. Must not throw. */
  giveUp?: () => void;
  /** The application ends; called before the other modules' `onModuleDestroy`, which may close what handlers use. */
  end?: () => Promise<void>;
}

/**
 * Starts and ends the library's parts in order, for all `EventsModule`s of an application together. Nothing is read before the whole
 * application is up: an application whose start is refused has handled nothing, and its process can end.
 */
@Injectable()
export class Startup implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly parts: StartupParts[] = [];
  private isRefused = false;

  add(parts: StartupParts): void {
    this.parts.push(parts);
  }

  /** The connection keeps the process alive only once the application is up, and is closed if the start is refused. */
  connection(connection: RedisConnection): RedisConnection {
    this.add({
      begin: () => {
        connection.keepProcess();
      },
      giveUp: () => {
        connection.close();
      },
    });
    return connection;
  }

  /** Does what may refuse the start. If it fails, everything that was begun is ended here, since Nest ends nothing then. */
  async attempt(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.isRefused = true;
      for (const { giveUp } of this.parts) giveUp?.();
      throw error;
    }
  }

  async onApplicationBootstrap(): Promise<void> {
    await this.attempt(async () => {
      await Promise.all(this.parts.map(async ({ prepare }) => prepare?.()));
    });
    // Another hook of this library may have failed meanwhile.
    if (this.isRefused) return;
    for (const { begin } of this.parts) begin?.();
  }

  async onModuleDestroy(): Promise<void> {
    await Promise.all(this.parts.map(async ({ end }) => end?.()));
  }
}

/** Its hooks are called after those of all other modules when the application starts, and before them when it ends. */
@Module({ providers: [Startup], exports: [Startup] })
export class StartupModule {
  constructor(modules: ModulesContainer) {
    for (const module of modules.values()) if (module.metatype === StartupModule) module.distance = AFTER_ALL_OTHERS;
  }
}
