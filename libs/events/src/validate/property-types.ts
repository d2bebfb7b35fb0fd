import 'reflect-metadata';
import { Type } from 'class-transformer';
import { defaultMetadataStorage as storage } from 'class-transformer/cjs/storage.js';

/** The `@Type` of a property. */
export interface PropertyType {
  type: unknown;
  /** Whether an array becomes a plain array: class-transformer makes the declared type of the property. */
  takesArrays: boolean;
}

/** A bundler may include class-transformer twice; then the decorators write to another storage than this. */
class Probe {
  property: unknown;
}
Type(() => Probe)(Probe.prototype, 'property');
/** Whether class-transformer's storage is the one that the decorators write to. */
export const isLive = storage._typeMetadatas.has(Probe);

/**
 * The `@Type` of each property that has one.
 *
 * @param line the class and its ancestors, the most general one last
 * @returns undefined when the class uses more of class-transformer, or a type depends on the value
 */
export function propertyTypes(line: readonly object[]): Map<string, PropertyType> | undefined {
  if (!isLive) return undefined;
  const others = [storage._transformMetadatas, storage._exposeMetadatas, storage._excludeMetadatas];
  if (line.some((one) => others.some((metadata) => metadata.has(one)))) return undefined;

  const types = new Map<string, PropertyType>();
  for (const [property, metadata] of line.toReversed().flatMap((one) => [...(storage._typeMetadatas.get(one) ?? [])])) {
    const { typeFunction, reflectedType, options } = metadata;
    if (options?.discriminator !== undefined || reflectedType === Map) return undefined;
    if (typeFunction !== undefined && typeFunction.length > 0) return undefined;
    types.set(property, {
      type: typeFunction ? typeFunction() : reflectedType,
      takesArrays: reflectedType === undefined || reflectedType === Array || reflectedType === Object,
    });
  }
  return types;
}
