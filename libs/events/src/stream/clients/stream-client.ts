import type { Connection } from '../../connection/connection.js';
import { ClaimClient } from './claim-client.js';
import { DeadLetterClient } from './dead-letter-client.js';
import { GroupClient } from './group-client.js';
import { PublishClient } from './publish-client.js';
import { ReadClient } from './read-client.js';
import { ScriptRunner } from '../scripts/script-runner.js';
import { SettleClient } from './settle-client.js';
import { SubjectClient } from './subject-client.js';
import { TrimClient } from './trim-client.js';
import { WaitingClient } from './waiting-client.js';
import { WatchClient } from './watch-client.js';

/** The Redis commands of this library on one connection, typed, by purpose; nothing outside this folder knows them. */
export class StreamClient {
  readonly publishing: PublishClient;
  readonly groups: GroupClient;
  readonly claims: ClaimClient;
  readonly watch: WatchClient;
  readonly waiting: WaitingClient;
  readonly settling: SettleClient;
  readonly deadLetters: DeadLetterClient;
  readonly trimming: TrimClient;
  readonly subjects: SubjectClient;
  readonly reads: ReadClient;

  /** @param scripts how scripts are run @default as they are */
  constructor(
    readonly connection: Connection,
    scripts = new ScriptRunner(connection),
    waiting = new WaitingClient(scripts),
  ) {
    this.publishing = new PublishClient(connection);
    this.groups = new GroupClient(connection);
    this.claims = new ClaimClient(scripts);
    this.watch = new WatchClient(scripts);
    this.waiting = waiting;
    this.settling = new SettleClient(scripts);
    this.deadLetters = new DeadLetterClient(scripts);
    this.trimming = new TrimClient(scripts);
    this.subjects = new SubjectClient(scripts);
    this.reads = new ReadClient(scripts);
  }
}
