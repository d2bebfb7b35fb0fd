import { Get, Query } from '@nestjs/common';
import { HttpController } from '@shop/service';
import { currencies, type Offer } from '@shop/simulation';
import { IsIn } from 'class-validator';
import { Catalogue } from './catalogue.js';

/** `?currency=EUR`: required, because prices depend on it. */
export class CatalogueQuery {
  @IsIn(currencies(), { message: `currency must be one of ${currencies().join(', ')}` })
  currency!: string;
}

/** `GET /catalogue?currency=EUR`: the products with their prices. */
@HttpController('catalogue')
export class CatalogueController {
  constructor(private readonly catalogue: Catalogue) {}

  @Get()
  offers(@Query() { currency }: CatalogueQuery): Offer[] {
    return this.catalogue.offersIn(currency);
  }
}
