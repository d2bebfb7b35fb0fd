/** Remembers the last names that were added: at least `least` of them, at most twice as many. */
export class RecentNames {
  private young = new Set<string>();
  private old = new Set<string>();

  constructor(private readonly least: number) {}

  has(name: string): boolean {
    return this.young.has(name) || this.old.has(name);
  }

  add(name: string): void {
    if (this.young.has(name)) return;
    if (this.young.size >= this.least) {
      this.old = this.young;
      this.young = new Set();
    }
    this.young.add(name);
  }
}
