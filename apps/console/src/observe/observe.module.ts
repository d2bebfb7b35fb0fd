import { Module } from '@nestjs/common';
import { Observatory } from './observatory.js';
import { RecentEvents } from './recent-events.js';
import { RedisWatch } from './redis-watch.js';
import { StreamDirectory } from './stream-directory.js';

/** Looks at Redis, once for all views. */
@Module({
  providers: [Observatory, RecentEvents, RedisWatch, StreamDirectory],
  exports: [Observatory, RecentEvents, RedisWatch, StreamDirectory],
})
export class ObserveModule {}
