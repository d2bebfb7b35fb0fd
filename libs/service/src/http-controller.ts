import { applyDecorators, Controller, UseFilters, UsePipes } from '@nestjs/common';
import { RequestValidation } from './requests/request-validation.js';
import { UnavailableFilter } from './unavailable.filter.js';

const REQUEST_VALIDATION = new RequestValidation();

/** A controller of the shop: requests are validated by their class, and answered with 503 while Redis is away. */
export function HttpController(path = ''): ClassDecorator {
  return applyDecorators(Controller(path), UsePipes(REQUEST_VALIDATION), UseFilters(UnavailableFilter));
}
