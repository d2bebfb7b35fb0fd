/** After so many additions a map is made anew, unless it holds more than half as many. */
const ADDITIONS = 1024;

/**
 * A map of what comes and goes all the time. When the table of a `Map` is full V8 makes another, and the old one keeps
 * pointing to it, for iterators that may still be on their way. Once one of these tables has got old, all that follow, and
 * all that was ever in them, are taken for alive until the next large garbage collection: a worker spent a third of its
 * time on copying what had long been settled. So the map is copied to a new one before its tables can get old.
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
