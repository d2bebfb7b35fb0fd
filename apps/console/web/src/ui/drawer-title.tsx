import { Text } from './text.js';

/** The title of a drawer: what it shows, and where that is. */
export function DrawerTitle({ name, place }: { name: string; place: string }) {
  return (
    <>
      <Text most={80}>{name}</Text>
      <span className="drawer-place mono">
        <Text>{place}</Text>
      </span>
    </>
  );
}
