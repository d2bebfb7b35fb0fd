import { useState } from 'react';
import type { ShopView } from '../../../src/contract/shop.js';
import { count } from '../format/numbers.js';
import { Text } from '../ui/text.js';

const SHOWN = 12;
/** The stock at which the inventory service restocks by default. */
const LOW = 20;

/** The stock of each product, the lowest first. */
export function Stock({ stock }: { stock: ShopView['stock'] }) {
  const [whole, setWhole] = useState(false);
  const most = Math.max(1, ...stock.map((item) => item.stock));
  const shown = whole ? stock : stock.slice(0, SHOWN);
  return (
    <section className="card" aria-labelledby="stock-title">
      <div className="card-head">
        <h2 id="stock-title">Stock</h2>
        <p>lowest stock first</p>
      </div>
      {stock.length === 0 ? (
        <p className="quiet card-body">No stock is known yet: it appears with the first sale.</p>
      ) : (
        <div className="table-scroll" tabIndex={0} role="group" aria-labelledby="stock-title">
          <table className="table">
            <thead>
              <tr>
                <th scope="col">Product</th>
                <th scope="col" className="num">
                  In stock
                </th>
                <th scope="col" className="stock-meter">
                  <span className="visually-hidden">Stock as a bar</span>
                </th>
                <th scope="col" className="num">
                  Sold
                </th>
              </tr>
            </thead>
            <tbody>
              {shown.map((item) => (
                <tr key={item.sku}>
                  <td>
                    {item.name === null ? null : <Text most={60}>{item.name}</Text>}{' '}
                    <code className="quiet small">
                      <Text most={40}>{item.sku}</Text>
                    </code>
                  </td>
                  <td className="num">{count(item.stock)}</td>
                  <td className="stock-meter" aria-hidden="true">
                    <span className={item.stock <= LOW ? 'meter meter-low' : 'meter'}>
                      <span style={{ width: `${String((item.stock / most) * 100)}%` }} />
                    </span>
                  </td>
                  <td className="num">{count(item.sold)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {stock.length > SHOWN ? (
        <div className="more">
          <button
            type="button"
            className="button"
            aria-expanded={whole}
            onClick={() => {
              setWhole(!whole);
            }}
          >
            {whole ? 'Show the lowest' : `Show all ${count(stock.length)}`}
          </button>
        </div>
      ) : null}
    </section>
  );
}
