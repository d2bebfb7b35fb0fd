import { useSession } from './use-session.js';

/** Why nothing can be changed here, in words; null when it can. */
export function useLock(): string | null {
  const session = useSession();
  if (session?.readOnly !== true) return null;
  return session.user?.role === 'viewer'
    ? `${session.user.name} is a viewer, who may look`
    : 'The console is read-only';
}
