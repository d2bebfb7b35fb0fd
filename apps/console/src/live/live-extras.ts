import { Injectable } from '@nestjs/common';
import type { ShopView } from '../contract/shop.js';

/** What other views add to the feed: the feed knows nothing of them. */
@Injectable()
export class LiveExtras {
  /** The shop in numbers; undefined without the shop. */
  shop: (() => Promise<ShopView>) | undefined;
}
