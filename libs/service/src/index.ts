export {
  ApiKeySetting,
  BooleanSetting,
  ChoiceSetting,
  EnvironmentError,
  NumberSetting,
  readConfiguration,
  redisOf,
  ServiceConfiguration,
  WholeNumberSetting,
} from './configuration.js';
export { HttpController } from './http-controller.js';
export { ForCustomers } from './operators/for-customers.js';
export { firstProblems } from './requests/first-problems.js';
export { RequestValidation } from './requests/request-validation.js';
export { runService } from './run-service.js';
export { SecretSetting } from './secret-settings.js';
export { type ServiceDefinition } from './service.module.js';
export { ShopLogger } from './shop-logger.js';
