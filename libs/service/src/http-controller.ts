import { applyDecorators, Controller, UseFilters, UsePipes, ValidationPipe } from '@nestjs/common';
import { UnavailableFilter } from './unavailable.filter.js';

/** Checks requests by their class. */
export const REQUEST_VALIDATION = new ValidationPipe({ transform: true, whitelist: true, forbidNonWhitelisted: true });

/** A controller of the shop: requests are checked by their class, and answered 503 while Redis is away. */
export function HttpController(path = ''): ClassDecorator {
  return applyDecorators(Controller(path), UsePipes(REQUEST_VALIDATION), UseFilters(UnavailableFilter));
}
