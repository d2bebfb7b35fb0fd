import { Module } from '@nestjs/common';
import { DeadLetterBook } from './dead-letters/dead-letter-book.js';
import { Observatory } from './observatory.js';
import { RecentEvents } from './recent-events.js';
import { RedisWatch } from './redis-watch.js';
import { StreamDirectory } from './stream-directory.js';
import { Surveyor } from './surveyor.js';

/** Reads Redis, once for all views. */
@Module({
  providers: [DeadLetterBook, Observatory, RecentEvents, RedisWatch, StreamDirectory, Surveyor],
  exports: [DeadLetterBook, Observatory, RecentEvents, RedisWatch, StreamDirectory, Surveyor],
})
export class ObserveModule {}
