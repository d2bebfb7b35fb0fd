import { SetMetadata } from '@nestjs/common';

/** The metadata key that marks a route for customers. */
export const FOR_CUSTOMERS = 'shop:for-customers';

/**
 * Marks a route that changes something but needs no operators' token, because customers may use it. It cannot mark a whole class,
 * to which other routes may be added later.
 */
export const ForCustomers = (): MethodDecorator => SetMetadata(FOR_CUSTOMERS, true);
