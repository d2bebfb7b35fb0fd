import type { NestExpressApplication } from '@nestjs/platform-express';
import { redisOf, REQUEST_VALIDATION, runService } from '@shop/service';
import { protect } from './access/protect.js';
import { ProblemFilter } from './access/problem.filter.js';
import { ConsoleConfiguration } from './configuration.js';
import { ConsoleModule } from './console.module.js';
import { agreedPartitions } from './observe/agreed-partitions.js';
import { documentApi } from './openapi/document.js';
import { servePage } from './page/page.js';

const LARGEST_BODY = '1mb';

await runService({
  name: 'console',
  source: 'console',
  state: 'console',
  configuration: ConsoleConfiguration,
  module: ConsoleModule,
  partitions: (config) => agreedPartitions(redisOf(config), config.EVENTS_PREFIX),
  host: ({ CONSOLE_HOST }) => CONSOLE_HOST,
  prepare(app: NestExpressApplication) {
    protect(app);
    app.useBodyParser('json', { limit: LARGEST_BODY });
    app.useGlobalPipes(REQUEST_VALIDATION);
    app.useGlobalFilters(new ProblemFilter(app.getHttpAdapter()));
    documentApi(app);
    servePage(app);
  },
});
