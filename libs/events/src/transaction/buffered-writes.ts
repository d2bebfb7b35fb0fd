import { MAX_VALUES } from '../stream/scripts/server-limits.js';
import { TransactionRefusedError } from '../model/errors/transaction.js';
import { chunks, withLast, type BufferedWrite } from './effects.js';
import { WriteGuard, type KeyType, type ServerCheck } from './write-guard.js';

/** The writes of one transaction, which its commit applies. Keys are those in Redis. */
export class BufferedWrites {
  list: readonly BufferedWrite[] = NONE;
  private readonly guard = new WriteGuard();

  wrote(key: string): boolean {
    return this.guard.wrote(key);
  }

  /** @param args the value, and its time to live */
  set(key: string, args: readonly string[]): void {
    this.add('SET', key, args, this.guard.replace(key, args[0]));
  }

  del(key: string): void {
    this.add('DEL', key, NONE, this.guard.replace(key));
  }

  expire(key: string, ttlMs: number): void {
    this.add('PEXPIRE', key, [String(ttlMs)], UNCHECKED);
  }

  incrby(key: string, by: number): void {
    this.add('INCRBY', key, [String(by)], this.guard.increment('INCRBY', key, 'string', '='));
  }

  hincrby(key: string, field: string, by: number): void {
    this.add('HINCRBY', key, [field, String(by)], this.guard.increment('HINCRBY', key, 'hash', field));
  }

  /** @param pairs field, value, field, value, … */
  hset(key: string, pairs: string[]): void {
    this.change('HSET', key, 'hash', pairs);
    this.guard.setFields(key, pairs);
  }

  /** A write that changes a part of the value. Without values nothing is written. */
  change(command: string, key: string, type: KeyType, values: readonly string[]): void {
    for (const args of chunks(values, MAX_VALUES)) this.add(command, key, args, this.guard.change(command, key, type));
  }

  private add(command: string, key: string, args: readonly string[], { type, integer }: ServerCheck): void {
    this.list = withLast(this.list, { command, key, type, integer, args });
  }
}

const NONE: readonly never[] = [];
const UNCHECKED: ServerCheck = { type: '', integer: '' };

/** @throws TransactionRefusedError for a number that is no integer of at most 15 digits: a sum of two stays within Redis' 64 bits */
export function integer(operation: string, value: number): number {
  if (Number.isInteger(value) && Math.abs(value) < 1e15) return value;
  throw new TransactionRefusedError(`${operation}: expected an integer of at most 15 digits, got ${String(value)}`);
}

/** @throws TransactionRefusedError for a time that is not in the future */
export function positive(operation: string, value: number): number {
  if (value > 0) return integer(operation, value);
  throw new TransactionRefusedError(`${operation}: expected a time above 0 ms, got ${String(value)}`);
}

/** @throws TransactionRefusedError */
export function finite(operation: string, value: number): number {
  if (Number.isFinite(value)) return value;
  throw new TransactionRefusedError(`${operation}: expected a finite number, got ${String(value)}`);
}
