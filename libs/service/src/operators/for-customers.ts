import { SetMetadata } from '@nestjs/common';

/** The name of what marks a route as the customers'. */
export const FOR_CUSTOMERS = 'shop:for-customers';

/**
 * A route that changes something and that customers may use: it needs no operators' token. Not for a class, which may get
 * other routes later.
 */
export const ForCustomers = (): MethodDecorator => SetMetadata(FOR_CUSTOMERS, true);
