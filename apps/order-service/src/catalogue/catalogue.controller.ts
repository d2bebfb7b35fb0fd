import { Get, Query } from '@nestjs/common';
import { HttpController } from '@shop/service';
import { currencies, type Offer } from '@shop/simulation';
import { IsIn } from 'class-validator';
import { Catalogue } from './catalogue.js';

/** `?currency=EUR`: a price without one is none. */
export class CatalogueQuery {
  @IsIn(currencies(), { message: `currency must be one of ${currencies().join(', ')}` })
  currency!: string;
}

/** `GET /catalogue?currency=EUR`: what can be ordered, and what it costs. */
@HttpController('catalogue')
export class CatalogueController {
  constructor(private readonly catalogue: Catalogue) {}

  @Get()
  offers(@Query() { currency }: CatalogueQuery): Offer[] {
    return this.catalogue.in(currency);
  }
}
