import { Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { ActionsModule } from './actions/actions.module.js';
import { ChangesGuard } from './access/changes.guard.js';
import { SecurityLog } from './access/security-log.js';
import { SessionToken } from './access/session-token.js';
import { ConsoleConfiguration } from './configuration.js';
import { DeadLetterActionsService } from './dead-letters/dead-letter-actions.service.js';
import { DeadLetterListService } from './dead-letters/dead-letter-list.service.js';
import { DeadLetterStreams } from './dead-letters/dead-letter-streams.js';
import { DeadLettersController } from './dead-letters/dead-letters.controller.js';
import { HistoryService } from './dead-letters/history.service.js';
import { JourneyController } from './journey/journey.controller.js';
import { JourneySearch } from './journey/journey-search.js';
import { JourneyService } from './journey/journey.service.js';
import { LiveExtrasModule } from './live/live-extras.module.js';
import { LiveFeed } from './live/live-feed.js';
import { LiveController } from './live/live.controller.js';
import { SessionController } from './live/session.controller.js';
import { ObserveModule } from './observe/observe.module.js';
import { OverviewController } from './overview/overview.controller.js';
import { OverviewService } from './overview/overview.service.js';
import { ShopModule } from './shop/shop.module.js';
import { DeliveriesService } from './streams/deliveries.service.js';
import { Scanner } from './streams/scanner.js';
import { StreamsController } from './streams/streams.controller.js';
import { StreamsService } from './streams/streams.service.js';
import { Users } from './users/users.js';

/** The console: monitors and operates the streams of one prefix. */
@Module({
  imports: [ActionsModule, ObserveModule, LiveExtrasModule, ShopModule],
  controllers: [
    SessionController,
    OverviewController,
    StreamsController,
    JourneyController,
    DeadLettersController,
    LiveController,
  ],
  providers: [
    { provide: APP_GUARD, useClass: ChangesGuard },
    SessionToken,
    SecurityLog,
    { provide: Users, inject: [ConsoleConfiguration], useFactory: (config: ConsoleConfiguration) => Users.of(config) },
    OverviewService,
    StreamsService,
    DeliveriesService,
    Scanner,
    JourneySearch,
    JourneyService,
    DeadLetterStreams,
    DeadLetterListService,
    DeadLetterActionsService,
    HistoryService,
    LiveFeed,
  ],
})
export class ConsoleModule {}
