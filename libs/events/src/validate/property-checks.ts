import type { MetadataStorage } from 'class-validator';
import type { Scope } from './generate.js';

/** A decorator's verdict on a property's value, and the instance that has it. */
export type Check = (value: unknown, instance: object) => boolean;

/** class-validator's metadata of one decorator on one property. */
export type Rule = ReturnType<MetadataStorage['getTargetValidationMetadatas']>[number];
export type Constraint = ReturnType<MetadataStorage['getTargetValidatorConstraints']>[number];

/** A property's decorators. */
export interface PropertyChecks {
  name: string;
  /** `@ValidateIf`: where it is false, any value is valid. */
  condition: Check | undefined;
  /** `@IsOptional`: null and undefined are valid. */
  isOptional: boolean;
  checks: { check: Check; inline?: Inlined | undefined }[];
}

/** An expression on `v` for generated code, made with the names of the values that it needs. */
export type Inlined = (use: Scope['add']) => string;

/** Whether a value is an instance of the class and passes; false also when that is not certain. */
export type IsValid = (instance: object) => boolean;
