import { Icon } from '../ui/icon.js';
import { useSession } from './use-session.js';

/** The user who is logged in and their role; nothing if no login is required. */
export function UserBadge() {
  const user = useSession()?.user ?? null;
  if (user === null) return null;
  const may = user.role === 'viewer' ? 'may read' : 'may read and make changes';
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
