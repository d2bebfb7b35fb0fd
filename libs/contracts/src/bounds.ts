/** The limits of numbers and lists in the shop's events. With them, JavaScript can add the numbers without rounding. */

/** Different skus in an order, a movement of stock or a shipment. */
export const MAX_LINES = 100;
/** Pieces of one sku in an order. */
export const MAX_PIECES = 1000;
/** Price of a piece, in the currency's minor unit. */
export const MAX_PRICE = 1_000_000_000;
/** Total of an order, in the currency's minor unit: 10^14, about a 90th of the largest safe integer. */
export const MAX_AMOUNT = MAX_LINES * MAX_PIECES * MAX_PRICE;
/** Pieces of one sku in stock, and in one stock movement. */
export const MAX_STOCK = 10_000_000_000;

/** Characters of a sku. */
export const MAX_SKU_LENGTH = 64;
/** Characters of a person's or a product's name. */
export const MAX_NAME_LENGTH = 200;
/** Characters of an e-mail address: 64 before the @ and 254 after it, by RFC 5321. */
export const MAX_EMAIL_LENGTH = 320;
