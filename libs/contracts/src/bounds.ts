/** What the numbers and lists of the shop's events may be at most: sums of them stay whole numbers, of which none is rounded. */

/** Different skus in an order, a movement of stock or a shipment. */
export const MOST_LINES = 100;
/** Pieces of one sku in an order. */
export const MOST_PIECES = 1000;
/** Price of a piece, in the currency's minor unit. */
export const HIGHEST_PRICE = 1_000_000_000;
/** What an order comes to, in the currency's minor unit: 10^14, a ninetieth of what a number can count. */
export const HIGHEST_AMOUNT = MOST_LINES * MOST_PIECES * HIGHEST_PRICE;
/** Pieces of one sku in stock, and of one movement. */
export const MOST_STOCK = 10_000_000_000;

/** Characters of a sku. */
export const LONGEST_SKU = 64;
/** Characters of what people are called, and goods. */
export const LONGEST_NAME = 200;
/** Characters of an e-mail address: 64 before the @ and 254 after it, by RFC 5321. */
export const LONGEST_EMAIL = 320;
