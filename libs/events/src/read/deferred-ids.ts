/** The ids of deferred entries, by the keys of their streams: nothing else is kept of them. */
export class DeferredIds {
  private readonly byStream = new Map<string, Set<string>>();
  private total = 0;

  get size(): number {
    return this.total;
  }

  add(streamKey: string, id: string): void {
    let ids = this.byStream.get(streamKey);
    if (!ids) this.byStream.set(streamKey, (ids = new Set()));
    if (!ids.has(id)) this.total += 1;
    ids.add(id);
  }

  delete(streamKey: string, id: string): void {
    if (this.byStream.get(streamKey)?.delete(id)) this.total -= 1;
  }

  has(streamKey: string, id: string): boolean {
    return this.byStream.get(streamKey)?.has(id) === true;
  }

  /** Those of one streamKey, about ascending. */
  of(streamKey: string): readonly string[] {
    return [...(this.byStream.get(streamKey) ?? [])];
  }
}
