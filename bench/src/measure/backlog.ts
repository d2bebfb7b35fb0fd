import type { Ground } from './ground.js';

/** Publishes all events of a measurement. */
export async function fillBacklog({ start }: Ground): Promise<void> {
  const filler = start({ role: 'fill' });
  await filler.hear('done');
  await filler.end();
}
