import { ApiError } from '../api/client.js';
import { Icon } from './icon.js';
import { Text } from './text.js';

/** Why the server refused an action: its message, and the details if it gave some. */
export function Problem({ error }: { error: Error }) {
  return (
    <div className="callout callout-bad" role="alert">
      <Icon name="alert" />
      <div>
        {error.message}
        {error instanceof ApiError ? (
          <ul className="small">
            {error.details.map((detail) => (
              <li key={detail}>
                <Text>{detail}</Text>
              </li>
            ))}
          </ul>
        ) : null}
      </div>
    </div>
  );
}
