import { asTexts } from '../../connection/reply.js';
import type { ScriptRunner } from '../scripts/script-runner.js';

/** The keys that personal data is encrypted with. */
export class SubjectClient {
  constructor(private readonly scripts: ScriptRunner) {}

  /**
   * The keys of subjects, as their hash has them; see `lua/subject-keys.lua`.
   *
   * @param keys the hashes of keys, and of subjects that were forgotten
   */
  async keys(keys: readonly string[], values: readonly string[]): Promise<string[]> {
    return asTexts(await this.scripts.run('subject-keys', keys, values), 'subject-keys');
  }

  /** Destroys a subject's key. @param keys as for {@link keys} @returns whether there was one */
  async forget(keys: readonly string[], subject: string, note: string): Promise<boolean> {
    return (await this.scripts.run('forget-subject', keys, [subject, note])) === 1;
  }
}
