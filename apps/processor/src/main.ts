import { SERVICES } from '@shop/contracts';
import { runService, ServiceConfiguration } from '@shop/service';
import { ProcessorModule } from './processor.module.js';

await runService({
  ...SERVICES.processor,
  configuration: ServiceConfiguration,
  module: ProcessorModule,
});
