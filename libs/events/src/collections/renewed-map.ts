/** After so many additions a map is made anew, unless it holds more than half as many. */
const ADDITIONS = 1024;

/**
 * A map whose entries come and go all the time. It is copied to a new `Map` before its tables get old, since these keep each
 * other alive: docs/internals/performance.md#the-tables-of-a-busy-map-keep-each-other-alive
 */
export class RenewedMap<K, V> {
  private map = new Map<K, V>();
  private additions = 0;

  get size(): number {
    return this.map.size;
  }

  has(key: K): boolean {
    return this.map.has(key);
  }

  get(key: K): V | undefined {
    return this.map.get(key);
  }

  set(key: K, value: V): void {
    this.additions += 1;
    if (this.additions > ADDITIONS && this.additions > 2 * this.map.size) {
      this.map = new Map(this.map);
      this.additions = 0;
    }
    this.map.set(key, value);
  }

  delete(key: K): void {
    this.map.delete(key);
  }

  /** For as long as nothing is added. */
  keys(): Iterable<K> {
    return this.map.keys();
  }

  /** For as long as nothing is added. */
  values(): Iterable<V> {
    return this.map.values();
  }
}
