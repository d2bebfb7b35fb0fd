import type { Argument } from '../../connection/encode-command.js';
import type { Connection } from '../../connection/connection.js';
import type { ScriptName } from './script-commands.js';
import { runScript } from './scripts.js';

/** Runs scripts of `lua/` on one connection. */
export class ScriptRunner {
  constructor(readonly connection: Connection) {}

  /**
   * @param keys as the script's header names them
   * @param values its arguments
   * @param timeoutMs instead of the connection's own limit
   * @returns the reply as the header names it
   * @throws as {@link Connection.call}
   */
  run(name: ScriptName, keys: readonly string[], values: readonly Argument[], timeoutMs?: number): Promise<unknown> {
    return this.connection.call((link) => runScript(link, name, keys, values), timeoutMs);
  }
}
