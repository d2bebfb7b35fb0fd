import { writeFile } from 'node:fs/promises';
import { hashOf, textOfHash } from '../src/users/password.js';

/** The header of HTTP Basic. @param credentials name and password with a colon between */
export function basic(credentials: string): { Authorization: string } {
  return { Authorization: `Basic ${Buffer.from(credentials).toString('base64')}` };
}

/** A line of a file of users. */
export async function userLine(name: string, role: string, password: string): Promise<string> {
  return `${name}:${role}:${textOfHash(await hashOf(password))}`;
}

/** Writes a file of users. */
export async function writeUsers(file: string, ...lines: readonly string[]): Promise<void> {
  await writeFile(file, `# who may use the console\n\n${lines.join('\n')}\n`);
}
