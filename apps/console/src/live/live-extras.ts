import { Injectable } from '@nestjs/common';
import type { ShopView } from '../contract/shop.js';

/** What other modules add to the feed, so that the feed does not depend on them. */
@Injectable()
export class LiveExtras {
  /** Reads the view of the shop; undefined if there is no shop. */
  shop: (() => Promise<ShopView>) | undefined;
}
