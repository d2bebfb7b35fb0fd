import { plainToInstance as byClassTransformer } from 'class-transformer';
import { defaultOptions } from 'class-transformer/cjs/constants/default-options.constant.js';
import { TransformOperationExecutor } from 'class-transformer/cjs/TransformOperationExecutor.js';
import { isLive } from './property-types.js';

/** class-transformer's number for this direction. */
const PLAIN_TO_CLASS = 0;

/** Keys that class-transformer gets at once. */
const FEW = 64;

/**
 * class-transformer searches all keys of an object for each of them, which takes ten seconds for 100,000. Its result for a key does not
 * depend on the others, so here it gets a few at a time.
 */
class Executor extends TransformOperationExecutor {
  override getKeys(target: unknown, object: object, isMap: boolean): string[] {
    if (object instanceof Map) return super.getKeys(target, object, isMap);
    const keys = Object.keys(object);
    if (keys.length <= FEW) return super.getKeys(target, object, isMap);
    const kept: string[] = [];
    /** The properties that the class exposes, whether the object has them or not. */
    const exposed = new Set<string>();
    for (let first = 0; first < keys.length; first += FEW) {
      const few = keys.slice(first, first + FEW);
      const own = new Set(few);
      for (const key of super.getKeys(target, Object.fromEntries(few.map((key) => [key, undefined])), isMap)) {
        if (own.has(key)) kept.push(key);
        else exposed.add(key);
      }
    }
    for (const key of exposed) if (!Object.hasOwn(object, key)) kept.push(key);
    return kept;
  }
}

/** `plainToInstance` with the same result, in a time that grows with the payload and not with its square. */
export function plainToInstance<T extends object>(target: new () => T, data: object): T {
  // A bundler may include class-transformer twice; then only its exports have the decorators' metadata.
  if (!isLive) return byClassTransformer(target, data);
  return new Executor(PLAIN_TO_CLASS, { ...defaultOptions }).transform(undefined, data, target) as T;
}
