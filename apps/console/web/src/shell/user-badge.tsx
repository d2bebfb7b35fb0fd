import { Icon } from '../ui/icon.js';
import { useSession } from './use-session.js';

/** Who is logged in, and what they may do; nothing where nobody has to. */
export function UserBadge() {
  const user = useSession()?.user ?? null;
  if (user === null) return null;
  const may = user.role === 'viewer' ? 'may look' : 'may look and change things';
  return (
    <span className="user" title={`Logged in as ${user.name}, ${user.role}: ${may}`}>
      <Icon name="user" />
      <span className="user-name">
        <span className="visually-hidden">Logged in as </span>
        {user.name}
      </span>
      <small>{user.role}</small>
    </span>
  );
}
