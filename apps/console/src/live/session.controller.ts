import { readFileSync } from 'node:fs';
import { Controller, Get } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Keyspace, RedisConnection } from 'nestjs-event-streams';
import { CurrentActor, type Actor } from '../access/actor.js';
import { SessionToken } from '../access/session-token.js';
import { ConsoleConfiguration } from '../configuration.js';
import type { Session } from '../contract/session.js';
import { RedisWatch } from '../observe/redis-watch.js';
import { Surveyor } from '../observe/surveyor.js';
import { POLL_EVERY_MS } from '../observe/timing.js';
import { ApiAnswer } from '../openapi/api-answer.js';

const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

@ApiTags('session')
@Controller('api/session')
export class SessionController {
  constructor(
    private readonly token: SessionToken,
    private readonly config: ConsoleConfiguration,
    private readonly keyspace: Keyspace,
    private readonly connection: RedisConnection,
    private readonly redis: RedisWatch,
    private readonly surveyor: Surveyor,
  ) {}

  @Get()
  @ApiOperation({ summary: 'The session: the token, the user and the settings of the console' })
  @ApiAnswer('Session')
  session(@CurrentActor() { user, role }: Actor): Session {
    return {
      token: this.token.value,
      user: user && { name: user.name, role },
      readOnly: this.config.CONSOLE_READ_ONLY || role === 'viewer',
      prefix: this.keyspace.prefix,
      redisAddress: this.connection.address,
      partitions: this.surveyor.partitionCount,
      redis: this.redis.state,
      shop: this.config.SHOP_ORDER_URL !== '',
      pollEveryMs: POLL_EVERY_MS,
      version,
    };
  }
}
