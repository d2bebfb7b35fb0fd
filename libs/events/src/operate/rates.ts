/** How fast numbers change: each from one look at it to the next. */
export class Rates {
  private readonly looks = new Map<string, { atMs: number; value: number }>();

  /**
   * @param name of the number
   * @param value null where it is not known: the next look begins anew
   * @returns the change per second since the look before, below 0 when it has shrunk; null at the first look
   */
  look(name: string, value: number | null): number | null {
    const before = this.looks.get(name);
    const atMs = performance.now();
    if (value === null) this.looks.delete(name);
    else this.looks.set(name, { atMs, value });
    if (value === null || !before || atMs === before.atMs) return null;
    return ((value - before.value) * 1000) / (atMs - before.atMs);
  }
}
