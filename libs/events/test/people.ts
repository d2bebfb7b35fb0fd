import { Injectable, type Type as Class } from '@nestjs/common';
import { Type } from 'class-transformer';
import { IsArray, IsEmail, IsInt, IsObject, IsOptional, IsString, MinLength, ValidateNested } from 'class-validator';
import {
  DomainEvent,
  EventHandler,
  Personal,
  type Delivery,
  type EventEnvelope,
  type EventHandlerOptions,
} from 'nestjs-event-streams';

export class Person {
  @IsString()
  id!: string;

  @Personal()
  @IsString()
  @MinLength(1)
  name!: string;

  @Personal()
  @IsEmail()
  @IsOptional()
  email?: string;
}

export class Gift {
  @IsString()
  sku!: string;

  @Personal()
  @IsString()
  @IsOptional()
  note?: string;
}

/** Personal fields of each kind: in nested classes, in items of arrays, a whole object, and a number. */
@DomainEvent({
  type: 'person_registered',
  version: '1.0',
  stream: 'people',
  key: (data: PersonRegistered) => data.person.id,
  subject: (data: PersonRegistered) => data.person.id,
})
export class PersonRegistered {
  @ValidateNested()
  @Type(() => Person)
  person!: Person;

  @IsArray()
  @ValidateNested({ each: true })
  @Type(() => Gift)
  gifts!: Gift[];

  @Personal()
  @IsObject()
  @IsOptional()
  address?: Record<string, unknown>;

  @Personal()
  @IsInt()
  age!: number;

  @IsString()
  country!: string;
}

/** What a handler publishes about a person; who that is only the publisher knows. */
@DomainEvent({ type: 'card_printed', version: '1.0', stream: 'cards' })
export class CardPrinted {
  @Personal()
  @IsString()
  @MinLength(1)
  name!: string;
}

export const ada = (id = 'ada'): Pick<PersonRegistered, keyof PersonRegistered> => ({
  person: { id, name: 'Ada Lovelace', email: 'ada@example.org' },
  gifts: [{ sku: 'book', note: 'for Ada' }, { sku: 'pen' }],
  address: { street: '12 St James Square', lines: ['London'] },
  age: 36,
  country: 'GB',
});

/** The name of a person as a text, also where it is erased. */
export const nameIn = ({ person }: { person: { name: unknown } }): string => String(person.name);

/** What is personal of {@link ada}, as it must be found nowhere in Redis. */
export const SECRETS = ['Ada', 'Lovelace', 'example.org', 'James', 'London'];

export type HandlePerson = (event: EventEnvelope<PersonRegistered>, delivery: Delivery) => unknown;

/** A provider with one handler of registrations. */
export function personHandler(handle: HandlePerson, options: EventHandlerOptions = {}, name = 'People'): Class {
  @Injectable()
  class People {
    @EventHandler(PersonRegistered, options)
    async onPerson(event: EventEnvelope<PersonRegistered>, delivery: Delivery): Promise<void> {
      await handle(event, delivery);
    }
  }
  Object.defineProperty(People, 'name', { value: name });
  return People;
}
