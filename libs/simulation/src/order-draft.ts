/** A customer. */
export interface CustomerDraft {
  customer_id: string;
  name: string;
  email: string;
}

/** One line of an order: each sku once, `unit_price` in the minor unit of the order's currency. */
export interface OrderItemDraft {
  sku: string;
  name: string;
  quantity: number;
  unit_price: number;
}

/** A shipping address. `country` is ISO 3166-1 alpha-2. */
export interface AddressDraft {
  street: string;
  city: string;
  postal_code: string;
  country: string;
}

/** An order of a customer: the payload of `order_placed`, version 1.0. */
export interface OrderDraft {
  order_id: string;
  customer: CustomerDraft;
  items: OrderItemDraft[];
  /** ISO 4217. */
  currency: string;
  /** Sum of quantity × unit_price, in the currency's minor unit. */
  total_amount: number;
  shipping_address: AddressDraft;
}
