import { IsISO31661Alpha2, IsNotEmpty, IsString, MaxLength } from 'class-validator';

/** Where a parcel goes. */
export class Address {
  @IsString()
  @IsNotEmpty()
  @MaxLength(200)
  street!: string;

  @IsString()
  @IsNotEmpty()
  @MaxLength(100)
  city!: string;

  @IsString()
  @IsNotEmpty()
  @MaxLength(20)
  postal_code!: string;

  /** ISO 3166-1 alpha-2. */
  @IsISO31661Alpha2()
  country!: string;
}
