import type { SettleReply } from '../stream/clients/settle-client.js';

/** What became of a commit: applied, now or before; `conflict`: a key that was read has changed; `parked`: its key waits behind a dead letter. */
export type CommitResult = Exclude<SettleReply, { status: 'lost' | 'refused' | 'error' }>;

export const APPLIED: CommitResult = { status: 'applied' };
