import { useMutation } from '@tanstack/react-query';
import { useState, type ReactNode, type SubmitEvent } from 'react';
import { Link } from 'wouter';
import type { Catalogue, OrderRequest, PlacedOrderView } from '../../../src/contract/shop.js';
import { post } from '../api/client.js';
import { places } from '../api/paths.js';
import { useGet } from '../api/use-get.js';
import { money } from '../format/numbers.js';
import { useLock } from '../shell/use-lock.js';
import { Icon } from '../ui/icon.js';
import { Failed, Loading } from '../ui/notice.js';
import { Problem } from '../ui/problem.js';

const COUNTRIES = ['DE', 'FR', 'GB', 'IE', 'JP', 'PL', 'SE', 'US'];

/** Places an order, and links to its journey. */
export function OrderForm() {
  const { data, error, refetch } = useGet<Catalogue>({ path: '/api/shop/catalogue' });
  return (
    <section className="card" aria-labelledby="order-title">
      <div className="card-head">
        <h2 id="order-title">Place an order</h2>
      </div>
      <div className="card-body">
        {data !== undefined ? (
          <Form catalogue={data} />
        ) : error !== null ? (
          <Failed error={error} onRetry={() => void refetch()} />
        ) : (
          <Loading what="the catalogue" />
        )}
      </div>
    </section>
  );
}

function Form({ catalogue }: { catalogue: Catalogue }) {
  const lock = useLock();
  const [currency, setCurrency] = useState(catalogue.currencies[0] ?? 'EUR');
  const [sku, setSku] = useState(catalogue.products[0]?.sku ?? '');
  const [quantity, setQuantity] = useState(1);
  // An order that is sent twice is placed once; the next order gets a new key.
  const [idempotencyKey, setIdempotencyKey] = useState(() => crypto.randomUUID());
  const order = useMutation({
    mutationFn: (request: OrderRequest) => post<PlacedOrderView>('/api/shop/orders', request),
    onSuccess: () => {
      setIdempotencyKey(crypto.randomUUID());
    },
  });
  const product = catalogue.products.find((candidate) => candidate.sku === sku);
  const unitPrice = product?.unitPrice[currency] ?? 0;
  const submit = (event: SubmitEvent<HTMLFormElement>): void => {
    event.preventDefault();
    if (product === undefined) return;
    order.mutate({
      ...customerAndAddress(new FormData(event.currentTarget)),
      items: [{ sku, name: product.name, quantity, unit_price: unitPrice }],
      currency,
      idempotencyKey,
    });
  };
  return (
    <form className="order-form" onSubmit={submit}>
      <Select label="Product" isWide value={sku} onChange={setSku}>
        {catalogue.products.map((candidate) => (
          <option key={candidate.sku} value={candidate.sku}>
            {candidate.name} · {money(candidate.unitPrice[currency] ?? 0, currency)}
          </option>
        ))}
      </Select>
      <label className="field">
        <span>Quantity</span>
        <input
          className="input"
          type="number"
          min="1"
          max="1000"
          required
          value={Number.isNaN(quantity) ? '' : quantity}
          onChange={(event) => {
            setQuantity(event.target.valueAsNumber);
          }}
        />
      </label>
      <Select label="Currency" value={currency} onChange={setCurrency}>
        {catalogue.currencies.map((candidate) => (
          <option key={candidate}>{candidate}</option>
        ))}
      </Select>
      <CustomerFields />
      <div className="order-foot">
        <span>
          <span className="quiet small">Total</span>{' '}
          <strong>{Number.isNaN(quantity) ? '–' : money(unitPrice * quantity, currency)}</strong>
        </span>
        <button
          type="submit"
          className="button button-primary"
          disabled={lock !== null || order.isPending}
          title={lock ?? undefined}
        >
          <Icon name="cart" /> {order.isPending ? 'Placing …' : 'Place the order'}
        </button>
      </div>
      <div className="wide">
        <div role="status">{order.data === undefined ? null : <Placed order={order.data} />}</div>
        {order.error === null ? null : <Problem error={order.error} />}
      </div>
    </form>
  );
}

function customerAndAddress(form: FormData): Pick<OrderRequest, 'customer' | 'shipping_address'> {
  const text = (name: string): string => {
    const value = form.get(name);
    return typeof value === 'string' ? value.trim() : '';
  };
  return {
    customer: { name: text('name'), email: text('email') },
    shipping_address: {
      street: text('street'),
      city: text('city'),
      postal_code: text('postal_code'),
      country: text('country'),
    },
  };
}

function CustomerFields() {
  return (
    <>
      <Field name="name" label="Name" value="Ada Lovelace" />
      <Field name="email" label="Email" value="ada@example.com" type="email" />
      <Field name="street" label="Street" value="12 Harbour Street" />
      <Field name="city" label="City" value="Dublin" />
      <Field name="postal_code" label="Postal code" value="D02 X285" />
      <label className="field">
        <span>Country</span>
        <select className="input" name="country" defaultValue="IE">
          {COUNTRIES.map((country) => (
            <option key={country}>{country}</option>
          ))}
        </select>
      </label>
    </>
  );
}

function Placed({ order }: { order: PlacedOrderView }) {
  return (
    <div className="callout callout-good">
      <Icon name="check" />
      <div>
        <strong>Placed.</strong> <Link href={places.journey(order.orderId, order.entryId)}>Follow its journey</Link>
      </div>
    </div>
  );
}

interface SelectProps {
  label: string;
  isWide?: boolean;
  value: string;
  onChange: (value: string) => void;
  children: ReactNode;
}

function Select({ label, isWide = false, value, onChange, children }: SelectProps) {
  return (
    <label className={isWide ? 'field wide' : 'field'}>
      <span>{label}</span>
      <select
        className="input"
        value={value}
        onChange={(event) => {
          onChange(event.target.value);
        }}
      >
        {children}
      </select>
    </label>
  );
}

function Field({ name, label, value, type = 'text' }: { name: string; label: string; value: string; type?: string }) {
  return (
    <label className="field">
      <span>{label}</span>
      <input className="input" name={name} type={type} defaultValue={value} required autoComplete="off" />
    </label>
  );
}
