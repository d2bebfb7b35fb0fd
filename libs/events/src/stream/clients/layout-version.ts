import { LayoutVersionError } from '../../model/errors/configuration.js';
import type { Agreed } from './agreement-client.js';
import type { Keyspace } from '../keys/keyspace.js';

/**
 * The layout of what this library keeps in Redis. A start on data of another layout is refused.
 *
 * Raise it when a release cannot read what the release before it has left in Redis, or writes what that one cannot read: keys with
 * other names or types, delivery notes, parked events, dead letters, leases or watches with other fields. Not for the entries of
 * streams, whose fields are the envelope, and not for something new that may be missing.
 */
export const LAYOUT_VERSION = 1;

/** @throws LayoutVersionError when the data of a prefix has another layout than this version of the library */
export function checkLayout(keyspace: Keyspace, { layout, partitions }: Agreed): void {
  // Workers note the layout before the number of partitions: where only the latter is, an earlier version has noted it.
  if (layout === String(LAYOUT_VERSION) || (layout === null && partitions === null)) return;
  throw new LayoutVersionError(keyspace.prefix, keyspace.layoutVersion(), LAYOUT_VERSION, layout);
}
