import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parseEnv } from 'node:util';
import { fileVariableOf, secretOf, SettingFileError } from 'nestjs-event-streams/internal/address';
import { Failure } from '../failure.js';
import { ROOT } from '../root.js';

const NAME = 'OPERATOR_TOKEN';

/** The token that operators of the shop send. */
export interface OperatorToken {
  readonly value: string;
  /** Whether the user has set it; else it was made here. */
  readonly isGiven: boolean;
}

/** The token of the environment or of the file .env, read as the apps do; else a new one. */
export function operatorTokenOf(env: Readonly<Record<string, string | undefined>>): OperatorToken {
  try {
    const given = secretOf({ ...dotEnv(), ...env }, NAME);
    return given === undefined ? newOperatorToken() : { value: given, isGiven: true };
  } catch (error) {
    if (error instanceof SettingFileError) throw new Failure(`${error.message}.`);
    throw error;
  }
}

export function newOperatorToken(): OperatorToken {
  return { value: randomBytes(32).toString('base64url'), isGiven: false };
}

/** The variables that give an app the token, by value. They also unset the variable of a token file. */
export function environmentOf({ value }: OperatorToken): Record<string, string> {
  return { [NAME]: value, [fileVariableOf(NAME)]: '' };
}

/** The headers of an operator's request. */
export function headersOf({ value }: OperatorToken): Record<string, string> {
  return { Authorization: `Bearer ${value}` };
}

function dotEnv(): NodeJS.Dict<string> {
  try {
    return parseEnv(readFileSync(path.join(ROOT, '.env'), 'utf8'));
  } catch {
    return {}; // there is no such file; if it cannot be read, the apps report why
  }
}
