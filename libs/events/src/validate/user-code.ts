import { textOf } from '../model/thrown.js';

/**
 * What a message says of user code that threw: the code of a getter, a `toJSON`, a validator, a constructor.
 *
 * @param what it is, such as `toJSON() of a Money`
 */
export function saidBy(what: string, thrown: unknown): string {
  const said = `${what} threw`;
  const { name, message } = textOf(thrown, said);
  return message.startsWith(said) ? message : `${said} ${name}: ${message}`;
}
