import { describe, expect, it } from 'vitest';
import { subscriptionsOf, type RegisteredHandler } from '../src/delivery/subscriptions.js';
import { DomainEvent, type EventClass } from '../src/model/domain-event.js';
import { ConfigurationError } from '../src/model/errors/configuration.js';
import { UnknownEventError } from '../src/model/errors/event.js';

@DomainEvent({ type: 'note_taken', version: '1.2', stream: 'notes' })
class NoteTaken {}

@DomainEvent({ type: 'note_taken', version: '1.0', stream: 'notes' })
class NoteTakenAgain {}

@DomainEvent({ type: 'note_taken', version: '2.0', stream: 'notes' })
class NoteTaken2 {}

@DomainEvent({ type: 'note_lost', version: '1.0', stream: 'notes' })
class NoteLost {}

@DomainEvent({ type: 'file_closed', version: '1.0', stream: 'files' })
class FileClosed {}

class Undecorated {
  text = '';
}

function handler(event: EventClass, name = `On.${event.name}`): RegisteredHandler {
  return {
    name,
    event,
    retry: { attempts: 1, firstDelayMs: 0, maxDelayMs: 0 },
    errors: [],
    timeoutMs: 0,
    parksKey: false,
    invoke: () => Promise.resolve(),
  };
}

describe('subscriptionsOf', () => {
  it('gives one subscription for each stream, with all its handlers', () => {
    const [notes, files, ...more] = subscriptionsOf([handler(NoteTaken), handler(FileClosed), handler(NoteLost)], []);
    expect([notes?.streamName, files?.streamName, more.length]).toEqual(['notes', 'files', 0]);
    expect(notes?.handlers.map(({ name }) => name)).toEqual(['On.NoteTaken', 'On.NoteLost']);
  });

  it('takes several handlers of one event', () => {
    const [notes] = subscriptionsOf([handler(NoteTaken, 'A.on'), handler(NoteTaken, 'B.on')], []);
    expect(notes?.routeOf('note_taken', '1.0').handlers.map(({ name }) => name)).toEqual(['A.on', 'B.on']);
  });

  it('takes every minor version of a major version that it has a class for', () => {
    const [notes] = subscriptionsOf([handler(NoteTaken), handler(NoteTaken2)], []);
    for (const version of ['1.0', '1.2', '1.99']) expect(notes?.routeOf('note_taken', version).event).toBe(NoteTaken);
    expect(notes?.routeOf('note_taken', '2.7').event).toBe(NoteTaken2);
  });

  it.each([
    ['note_burnt', '1.0'],
    ['note_taken', '3.0'],
    ['note_taken', '10.0'],
    ['note_taken', ''],
    ['constructor', '1.0'],
  ])('refuses %s of version %j, and names what it knows', (type, version) => {
    const [notes] = subscriptionsOf([handler(NoteTaken), handler(NoteLost)], []);
    expect(() => notes?.routeOf(type, version)).toThrow(UnknownEventError);
    expect(() => notes?.routeOf(type, version)).toThrow(/it knows note_taken 1, note_lost 1\./);
  });

  it('knows the classes that are ignored, without reading a stream for them', () => {
    const subscriptions = subscriptionsOf([handler(NoteTaken)], [NoteLost, FileClosed, NoteTaken]);
    expect(subscriptions.map(({ streamName }) => streamName)).toEqual(['notes']);
    expect(subscriptions[0]?.routeOf('note_lost', '1.0')).toEqual({ event: NoteLost, handlers: [] });
    expect(subscriptions[0]?.routeOf('note_taken', '1.0').handlers).toHaveLength(1);
  });

  it('refuses two classes of one type and major version, and names both', () => {
    const expected = /Two classes are note_taken 1: NoteTaken and NoteTakenAgain/;
    expect(() => subscriptionsOf([handler(NoteTaken), handler(NoteTakenAgain)], [])).toThrow(expected);
    expect(() => subscriptionsOf([handler(NoteTaken)], [NoteTakenAgain])).toThrow(ConfigurationError);
  });

  it('refuses two handlers of one name, since retries are counted by name', () => {
    const twice = [handler(NoteTaken, 'Notes.on'), handler(NoteLost, 'Notes.on')];
    expect(() => subscriptionsOf(twice, [])).toThrow(/Two handlers are called Notes\.on/);
  });

  it('refuses a class without @DomainEvent, and names it', () => {
    expect(() => subscriptionsOf([handler(Undecorated)], [])).toThrow(
      /Expected a class with @DomainEvent, got Undecorated/,
    );
    expect(() => subscriptionsOf([handler(NoteTaken)], [Undecorated])).toThrow(ConfigurationError);
  });
});

describe('@DomainEvent', () => {
  it.each([
    [{ type: 'NoteTaken', version: '1.0', stream: 'notes' }, /expected type as snake_case.*got "NoteTaken"/],
    [{ type: 'note_taken', version: '1', stream: 'notes' }, /expected version as major\.minor.*got "1"/],
    [{ type: 'note_taken', version: '1.0', stream: 'shop:notes' }, /expected stream as .*got "shop:notes"/],
  ])('refuses %j, and says what it takes', (options, message) => {
    expect(() => {
      DomainEvent(options)(Undecorated);
    }).toThrow(message);
  });

  it('is not inherited: a subclass is another event', () => {
    class Special extends NoteTaken {}
    expect(() => subscriptionsOf([handler(Special)], [])).toThrow(/got Special/);
  });
});
