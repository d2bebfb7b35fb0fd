/** The ids of deferred entries, by the keys of their streams: nothing else is kept of them. */
export class DeferredIds {
  private readonly byStream = new Map<string, Set<string>>();
  private total = 0;

  get size(): number {
    return this.total;
  }

  add(stream: string, id: string): void {
    let ids = this.byStream.get(stream);
    if (!ids) this.byStream.set(stream, (ids = new Set()));
    if (!ids.has(id)) this.total += 1;
    ids.add(id);
  }

  delete(stream: string, id: string): void {
    if (this.byStream.get(stream)?.delete(id)) this.total -= 1;
  }

  has(stream: string, id: string): boolean {
    return this.byStream.get(stream)?.has(id) === true;
  }

  /** Those of one stream, about ascending. */
  of(stream: string): readonly string[] {
    return [...(this.byStream.get(stream) ?? [])];
  }
}
