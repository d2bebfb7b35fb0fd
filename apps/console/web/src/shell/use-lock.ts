import { useSession } from './use-session.js';

/** Why changes are not allowed, in words; null if they are. */
export function useLock(): string | null {
  const session = useSession();
  if (session?.readOnly !== true) return null;
  return session.user?.role === 'viewer'
    ? `${session.user.name} is a viewer and cannot make changes`
    : 'The console is read-only';
}
