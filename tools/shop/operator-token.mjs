import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parseEnv } from 'node:util';
import { fileVariableOf, secretOf, SettingFileError } from '../../libs/events/address/index.mjs';
import { Failure } from '../failure.mjs';
import { ROOT } from '../root.mjs';

const NAME = 'OPERATOR_TOKEN';

/**
 * What operators of a shop show to change something.
 * @typedef {object} OperatorToken
 * @property {string} value
 * @property {boolean} isGiven whether whoever started the shop chose it
 */

/**
 * The token of the environment or of the file .env, as the apps read them, else one that is made now.
 * @param {Readonly<Record<string, string | undefined>>} env
 * @returns {OperatorToken}
 */
export function operatorTokenOf(env) {
  try {
    const given = secretOf({ ...dotEnv(), ...env }, NAME);
    return given === undefined ? newOperatorToken() : { value: given, isGiven: true };
  } catch (error) {
    if (error instanceof SettingFileError) throw new Failure(`${error.message}.`);
    throw error;
  }
}

/** @returns {OperatorToken} */
export function newOperatorToken() {
  return { value: randomBytes(32).toString('base64url'), isGiven: false };
}

/**
 * What an app has to be given for it: the token alone, wherever it came from.
 * @param {OperatorToken} token
 * @returns {Record<string, string>}
 */
export function environmentOf({ value }) {
  return { [NAME]: value, [fileVariableOf(NAME)]: '' };
}

/**
 * The headers of a request of the operators.
 * @param {OperatorToken} token
 * @returns {Record<string, string>}
 */
export function headersOf({ value }) {
  return { Authorization: `Bearer ${value}` };
}

/** @returns {NodeJS.Dict<string>} */
function dotEnv() {
  try {
    return parseEnv(readFileSync(path.join(ROOT, '.env'), 'utf8'));
  } catch {
    return {}; // there is none, and the apps will say what is wrong with one that cannot be read
  }
}
