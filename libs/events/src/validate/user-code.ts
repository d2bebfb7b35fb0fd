import { textOf } from '../model/thrown.js';

/**
 * A message about user code that threw: a getter, a `toJSON`, a validator, a constructor.
 *
 * @param what names the code, such as `toJSON() of a Money`
 */
export function saidBy(what: string, thrown: unknown): string {
  const said = `${what} threw`;
  const { name, message } = textOf(thrown, said);
  return message.startsWith(said) ? message : `${said} ${name}: ${message}`;
}
