/** The server's clock, as far as it is known: entry ids are made from it. */
export class ServerClock {
  private offsetMs = 0;

  /** In milliseconds since 1970. */
  get nowMs(): number {
    return Date.now() + this.offsetMs;
  }

  /** @param nowMs what the server has just told */
  set(nowMs: number): void {
    this.offsetMs = nowMs - Date.now();
  }
}
