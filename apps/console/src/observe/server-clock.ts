/** An estimate of the server's clock, which makes the entry ids. */
export class ServerClock {
  private offsetMs = 0;

  /** In milliseconds since 1970. */
  get nowMs(): number {
    return Date.now() + this.offsetMs;
  }

  /** @param nowMs the server's time, just read */
  set(nowMs: number): void {
    this.offsetMs = nowMs - Date.now();
  }
}
