/** What the numbers and lists of the shop's events may be at most: sums of them stay whole numbers, of which none is rounded. */

/** Different skus in an order, a movement of stock or a shipment. */
export const MAX_LINES = 100;
/** Pieces of one sku in an order. */
export const MAX_PIECES = 1000;
/** Price of a piece, in the currency's minor unit. */
export const HIGHEST_PRICE = 1_000_000_000;
/** What an order comes to, in the currency's minor unit: 10^14, a ninetieth of what a number can count. */
export const HIGHEST_AMOUNT = MAX_LINES * MAX_PIECES * HIGHEST_PRICE;
/** Pieces of one sku in stock, and of one movement. */
export const MAX_STOCK = 10_000_000_000;

/** Characters of a sku. */
export const MAX_SKU_LENGTH = 64;
/** Characters of what people are called, and goods. */
export const MAX_NAME_LENGTH = 200;
/** Characters of an e-mail address: 64 before the @ and 254 after it, by RFC 5321. */
export const MAX_EMAIL_LENGTH = 320;
