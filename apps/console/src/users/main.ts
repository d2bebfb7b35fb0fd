import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { hashOf, textOfHash } from './password.js';
import { isRole, isUserName, NAME_RULE } from './users-file.js';

/*
 * Makes a line for the file of users: --name ada --role operator. The password is read from the terminal or from standard input. With
 * --file, the line is added to that file or replaces the user's line there; otherwise it is printed.
 */

const MIN_PASSWORD_LENGTH = 8;
const MAX_PASSWORD_LENGTH = 1024;
const WRONG_USE = 64;

try {
  const options = { name: { type: 'string' }, role: { type: 'string' }, file: { type: 'string' } } as const;
  const { name, role, file } = parseArgs({ options }).values;
  const line = await lineOf(name, role);
  if (file === undefined) process.stdout.write(`${line}\n`);
  else putInto(file, line);
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n`);
  process.exitCode = WRONG_USE;
}

async function lineOf(name = '', role: string | undefined): Promise<string> {
  if (!isUserName(name)) throw new Error(`Expected --name with ${NAME_RULE}`);
  if (!isRole(role)) throw new Error('Expected --role viewer or --role operator');
  const password = await readPassword(name);
  if (password.length < MIN_PASSWORD_LENGTH || password.length > MAX_PASSWORD_LENGTH) {
    throw new Error(
      `Expected a password of ${String(MIN_PASSWORD_LENGTH)} to ${String(MAX_PASSWORD_LENGTH)} characters, got ${String(password.length)}`,
    );
  }
  return `${name}:${role}:${textOfHash(await hashOf(password))}`;
}

/** Other lines, including comments, do not change. */
function putInto(file: string, line: string): void {
  const lines = existsSync(file) ? readFileSync(file, 'utf8').split('\n') : [];
  while (lines.at(-1) === '') lines.pop();
  const own = line.slice(0, line.indexOf(':') + 1);
  const others = lines.filter((other) => !other.trimStart().startsWith(own));
  // A new file is readable by its owner only.
  writeFileSync(file, `${[...others, line].join('\n')}\n`, { mode: 0o600 });
}

/** Reads the first line; a terminal does not show what is typed. */
function readPassword(name: string): Promise<string> {
  const { stdin, stderr } = process;
  if (stdin.isTTY) stderr.write(`Password of ${name} (it is not shown): `);
  return new Promise((resolve) => {
    const lines = createInterface({ input: stdin, terminal: stdin.isTTY });
    let first = '';
    lines.once('line', (line) => {
      first = line;
      lines.close();
    });
    lines.once('close', () => {
      if (stdin.isTTY) stderr.write('\n');
      resolve(first);
    });
  });
}
