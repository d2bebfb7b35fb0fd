import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parseEnv } from 'node:util';
import { fileVariableOf, secretOf, SettingFileError } from 'nestjs-event-streams/address';
import { Failure } from '../failure.js';
import { ROOT } from '../root.js';

const NAME = 'OPERATOR_TOKEN';

/** What operators of a shop show to change something. */
export interface OperatorToken {
  readonly value: string;
  /** Whether whoever started the shop chose it. */
  readonly isGiven: boolean;
}

/** The token of the environment or of the file .env, as the apps read them, else one that is made now. */
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

/** What an app has to be given for it: the token alone, wherever it came from. */
export function environmentOf({ value }: OperatorToken): Record<string, string> {
  return { [NAME]: value, [fileVariableOf(NAME)]: '' };
}

/** The headers of a request of the operators. */
export function headersOf({ value }: OperatorToken): Record<string, string> {
  return { Authorization: `Bearer ${value}` };
}

function dotEnv(): NodeJS.Dict<string> {
  try {
    return parseEnv(readFileSync(path.join(ROOT, '.env'), 'utf8'));
  } catch {
    return {}; // there is none, and the apps will say what is wrong with one that cannot be read
  }
}
