import type { Instrumentation } from '../model/instrumentation.js';
import type { SubjectKeys } from '../personal/subject-keys.js';
import type { Keyspace } from '../stream/keys/keyspace.js';
import type { StreamClient } from '../stream/clients/stream-client.js';
import type { Outages } from './outages.js';

/** What settling needs; each class here takes the parts that it names. */
export interface SettlerParts {
  client: StreamClient;
  keyspace: Keyspace;
  address: { group: string; consumer: string };
  outages: Outages;
  instrumentation: Instrumentation;
  /** Encrypt the personal data of events that transactions publish. */
  subjectKeys: SubjectKeys;
  /** The size of a dead letter, in bytes. */
  maxDeadLetterBytes: number;
}
