import type { LiveOwner } from './live-client.js';

/** How many feeds may be open at once, because each needs memory: in all, per user, and without users per address. */
export const MAX_FEEDS = 200;
export const MAX_OF_USER = 20;
export const MAX_OF_ADDRESS = 50;

const ADVICE = 'all pages of one browser share a feed, and one that is not read or renewed ends by itself';

/** Why this owner cannot open another feed, in words; null if they can. @param open the owners of the open feeds */
export function whyFull(open: readonly LiveOwner[], { user, address }: LiveOwner): string | null {
  const own =
    user === null
      ? open.filter((owner) => owner.user === null && owner.address === address)
      : open.filter((owner) => owner.user?.name === user.name);
  if (own.length >= (user === null ? MAX_OF_ADDRESS : MAX_OF_USER)) {
    const whose = user === null ? `from your address (${address})` : `of ${user.name}`;
    return `Too many pages are open at once: ${String(own.length)} live feeds ${whose}. Close one of them; ${ADVICE}`;
  }
  if (open.length < MAX_FEEDS) return null;
  return `Too many pages are open at once: ${String(open.length)} live feeds of all users. Wait until one of them ends; ${ADVICE}`;
}
