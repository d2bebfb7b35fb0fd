export {
  BooleanSetting,
  ChoiceSetting,
  EnvironmentError,
  NumberSetting,
  readConfiguration,
  redisOf,
  ServiceConfiguration,
  WholeNumberSetting,
} from './configuration.js';
export { ForeseenState } from './foreseen-state.js';
export { HttpController, REQUEST_VALIDATION } from './http-controller.js';
export { runService } from './run-service.js';
export { type ServiceDefinition } from './service.module.js';
export { ShopLogger } from './shop-logger.js';
