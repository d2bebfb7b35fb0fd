import { describe, expect, it } from 'vitest';
import { isGroupMissing, isOutage } from '../src/model/errors/redis.js';
import { outcomeOf, outcomeOfUnreadable } from '../src/model/outcome.js';
import { errorTypeOf } from '../src/telemetry/error-type.js';
import { errorOf, isA, MAX_MESSAGE_LENGTH, MAX_NAME_LENGTH, MAX_STACK_LENGTH, textOf } from '../src/model/thrown.js';
import { HOSTILE } from './hostile.js';

const POLICY = { attempts: 3, firstDelayMs: 100, maxDelayMs: 1000 };

describe.each(Object.entries(HOSTILE))('%s that is thrown', (_, make) => {
  it('becomes text that has a bound', () => {
    const { name, message, stack } = textOf(make());
    expect([typeof name, typeof message, typeof stack]).toEqual(['string', 'string', 'string']);
    expect(name).not.toBe('');
    expect(name.length).toBeLessThanOrEqual(MAX_NAME_LENGTH);
    expect(message.length).toBeLessThanOrEqual(MAX_MESSAGE_LENGTH);
    expect(stack.length).toBeLessThanOrEqual(MAX_STACK_LENGTH);
  });

  it('becomes an error that can be relied on', () => {
    const error = errorOf(make());
    expect(error).toBeInstanceOf(Error);
    expect([typeof error.name, typeof error.message, typeof (error.stack ?? '')]).toEqual([
      'string',
      'string',
      'string',
    ]);
    expect(error.message.length).toBeLessThanOrEqual(MAX_MESSAGE_LENGTH);
    expect(`${error.name}: ${error.message}`).toBeTypeOf('string');
  });

  it('is judged as any other failure', () => {
    expect(outcomeOf(make(), 1, POLICY, 0)).toMatchObject({ kind: 'retry', counts: true });
    expect(outcomeOf(make(), 3, POLICY, 0)).toMatchObject({ kind: 'dead-letter', reason: 'exhausted' });
    expect(outcomeOfUnreadable(make())).toMatchObject({ kind: 'dead-letter', reason: 'invalid' });
    expect([isOutage(make()), isGroupMissing(make())]).toEqual([false, false]);
    expect(errorTypeOf(make())).toBeTypeOf('string');
  });
});

describe('what was thrown', () => {
  it('keeps what it says of itself, whatever of it is no text', () => {
    const aws = Object.assign(new Error('x'), { name: 'CredentialsError', message: null });
    expect(textOf(aws)).toMatchObject({ name: 'CredentialsError', message: 'null' });
    expect(errorOf(aws)).toMatchObject({ name: 'CredentialsError', message: 'null', cause: aws });
    expect(textOf({ code: 'E_STOCK' }).message).toContain("code: 'E_STOCK'");
    expect(textOf('no stock', 'The handler threw').message).toBe('The handler threw no stock');
    expect(errorOf(null).message).toBe('Something threw null');
  });

  it('stays itself when it is a sound error', () => {
    const error = new RangeError('far', { cause: 'near' });
    expect(errorOf(error)).toBe(error);
  });

  it('shows where it came from, though its message is cut', () => {
    const { message, stack } = textOf(new Error('x'.repeat(5e6)));
    expect(message).toMatch(/^x+… \(5000000 characters\)$/);
    expect(stack).toContain('thrown.unit.spec.ts');
  });

  it('tells its causes', () => {
    const error = new Error('no order', { cause: new RangeError('no row', { cause: 'the disk is full' }) });
    expect(textOf(error).stack).toMatch(
      /^Error: no order\n.*\nCaused by: RangeError: no row\n.*\nCaused by: Error: Something threw the disk is full$/s,
    );
  });

  it('is judged by its class even if it is no sound error', () => {
    class Expired extends Error {}
    const error = Object.assign(new Expired(), { message: null });
    expect(outcomeOf(error, 1, POLICY, 0, [{ error: Expired, action: 'acknowledge' }])).toMatchObject({
      kind: 'acknowledge',
    });
    const { proxy, revoke } = Proxy.revocable(error, {});
    revoke();
    expect(isA(proxy, Expired)).toBe(false);
  });

  it('is judged by the other rules where a rule names no class', () => {
    const rules = [{ error: undefined as unknown as typeof Error, action: 'acknowledge' } as const];
    expect(outcomeOf(new Error('no stock'), 1, POLICY, 0, rules)).toMatchObject({ kind: 'retry' });
  });
});
