import { Injectable, Module, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import type { RedisConnection } from '../connection/redis-connection.js';

/** Nest calls the start hooks of modules from the farthest to the nearest; its root module is at 1. */
const AFTER_ALL_OTHERS = -1;

/** What a part of the library does when the application starts and ends. */
export interface StartupParts {
  /** The last thing that can refuse the start. */
  prepare?: () => Promise<void>;
  /** The application is up: every hook of every module has succeeded. Must not throw. */
  begin?: () => void;
  /** The start is refused: nothing may keep the process alive. Must not throw. */
  giveUp?: () => void;
  /** The application ends; called before the other modules' `onModuleDestroy`, which may close what handlers use. */
  end?: () => Promise<void>;
}

/**
 * The order in which the library's parts start and end, for all of an application's `EventsModule`s together. Nothing is
 * read before the whole application is up: an application that is refused has handled nothing, and its process can end.
 */
@Injectable()
export class Startup implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly parts: StartupParts[] = [];
  private isRefused = false;

  add(parts: StartupParts): void {
    this.parts.push(parts);
  }

  /** A connection that keeps the process alive only when the application is up, and is closed when it is refused. */
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

  /** Does what may refuse the start; when it fails all that was begun is given up, since Nest ends nothing then. */
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
    // One hook of ours may have failed while others of the same module were on their way.
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
