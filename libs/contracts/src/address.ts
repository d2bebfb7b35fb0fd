import { IsISO31661Alpha2, IsNotEmpty, IsString, MaxLength } from 'class-validator';
import { Personal } from 'nestjs-event-streams/core';

/** A shipping address. */
export class Address {
  @Personal()
  @IsString()
  @IsNotEmpty()
  @MaxLength(200)
  street!: string;

  @Personal()
  @IsString()
  @IsNotEmpty()
  @MaxLength(100)
  city!: string;

  @Personal()
  @IsString()
  @IsNotEmpty()
  @MaxLength(20)
  postal_code!: string;

  /** ISO 3166-1 alpha-2. */
  @IsISO31661Alpha2()
  country!: string;
}
