import { GROUPS } from '@shop/contracts';
import { runService, ServiceConfiguration } from '@shop/service';
import { ProcessorModule } from './processor.module.js';

await runService({
  name: 'processor',
  source: 'processor',
  state: 'processor',
  group: GROUPS.processor,
  configuration: ServiceConfiguration,
  module: ProcessorModule,
});
