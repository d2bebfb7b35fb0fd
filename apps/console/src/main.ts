import type { NestExpressApplication } from '@nestjs/platform-express';
import { redisOf, RequestValidation, runService } from '@shop/service';
import { protect } from './access/protect.js';
import { ProblemFilter } from './access/problem.filter.js';
import { ConsoleConfiguration } from './configuration.js';
import { ConsoleModule } from './console.module.js';
import { agreedPartitions } from './observe/agreed-partitions.js';
import { documentApi } from './openapi/document.js';
import { servePage } from './page/page.js';

const MAX_BODY_BYTES = 2 ** 20;
/** The largest bodies are an edited payload of a dead letter, and a thousand ids. */
const SHAPE = { maxDepth: 100, maxItems: 10_000, maxProperties: 5000, maxValues: 100_000 };

await runService({
  name: 'console',
  source: 'console',
  state: 'console',
  configuration: ConsoleConfiguration,
  module: ConsoleModule,
  partitions: (config) => agreedPartitions(redisOf(config), config.EVENTS_PREFIX),
  maxBodyBytes: MAX_BODY_BYTES,
  host: ({ CONSOLE_HOST }) => CONSOLE_HOST,
  protect,
  // The console does not use the operators' token of the services for its own routes: ChangesGuard decides who may change something.
  guardsChanges: true,
  prepare(app: NestExpressApplication) {
    app.useGlobalPipes(new RequestValidation(SHAPE));
    app.useGlobalFilters(new ProblemFilter(app.getHttpAdapter()));
    documentApi(app);
    servePage(app);
  },
});
