/** Where class-transformer keeps its decorators' metadata; it exports no other way to it. */
declare module 'class-transformer/cjs/storage.js' {
  interface TypeMetadata {
    /** The declared type of the property, where the compiler emits it. */
    reflectedType: unknown;
    typeFunction?: (() => unknown) | undefined;
    options?: { discriminator?: unknown } | undefined;
  }
  type ByProperty<T> = ReadonlyMap<object, ReadonlyMap<string, T>>;

  export const defaultMetadataStorage: {
    readonly _typeMetadatas: ByProperty<TypeMetadata>;
    readonly _transformMetadatas: ByProperty<unknown>;
    readonly _exposeMetadatas: ByProperty<unknown>;
    readonly _excludeMetadatas: ByProperty<unknown>;
    findExposeMetadataByCustomName(target: object, name: string): { propertyName: string } | undefined;
    findExposeMetadata(target: object, property: string): { options: { name?: string } } | undefined;
    findTransformMetadatas(target: object, property: string, direction: number): readonly unknown[];
    getExcludedProperties(target: object, direction: number): readonly string[];
    getExposedProperties(target: object, direction: number): readonly string[];
    getStrategy(target: object): 'excludeAll' | 'exposeAll' | 'none';
  };
}

/** The implementation of `plainToInstance`, not exported otherwise. */
declare module 'class-transformer/cjs/TransformOperationExecutor.js' {
  export class TransformOperationExecutor {
    constructor(transformationType: number, options: object);
    transform(source: undefined, value: unknown, targetType: unknown): unknown;
    getKeys(target: unknown, object: object, isMap: boolean): string[];
  }
}

declare module 'class-transformer/cjs/constants/default-options.constant.js' {
  export const defaultOptions: object;
}
