/** Something that a test's handlers wait for until the test opens it. */
export class Gate {
  private release: () => void = () => undefined;
  private readonly opened = new Promise<void>((resolve) => (this.release = resolve));

  open(): void {
    this.release();
  }

  /** Resolves once it is open. */
  pass(): Promise<void> {
    return this.opened;
  }
}
