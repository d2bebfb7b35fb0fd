import type { MeasurementContext } from './context.js';

/** Publishes all events of a measurement. */
export async function fillBacklog({ start }: MeasurementContext): Promise<void> {
  const filler = start({ role: 'fill' });
  await filler.receive('done');
  await filler.end();
}
