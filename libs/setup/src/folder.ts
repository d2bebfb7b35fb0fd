import { randomUUID } from 'node:crypto';
import { chmod, chown, link, mkdir, open, readFile, rename, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { SetupError } from './setup-error.js';

/** Who may read a file or enter a folder, besides the user that the setup runs as. */
export interface Readers {
  /** Its group may, too. */
  byGroup: boolean;
  /** Number of that group, where it is not the one that the system gives to what the setup makes. */
  group?: number | undefined;
}

/**
 * A folder of secrets. A file is there whole or not at all, whenever this process or the machine ends; what two processes make
 * at once is made by one of them.
 */
export class SecretFolder {
  constructor(readonly path: string) {}

  /** What is in a file; undefined where there is none. @throws SetupError */
  async read(name: string): Promise<string | undefined> {
    const path = join(this.path, name);
    try {
      return await readFile(path, 'utf8');
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return undefined;
      throw failure('read', path, error);
    }
  }

  /**
   * Makes a file, unless it is there.
   *
   * @returns whether it was made here
   * @throws SetupError
   */
  async make(name: string, content: string, readers: Readers): Promise<boolean> {
    return this.write(name, content, readers, async (from, to) => {
      try {
        await link(from, to);
        return true;
      } catch (error) {
        if (codeOf(error) === 'EEXIST') return false;
        throw error;
      } finally {
        await unlink(from);
      }
    });
  }

  /** Makes a file, or puts another content in its place. @throws SetupError */
  async replace(name: string, content: string, readers: Readers): Promise<void> {
    await this.write(name, content, readers, rename);
  }

  private async write<T>(
    name: string,
    content: string,
    readers: Readers,
    put: (from: string, to: string) => Promise<T>,
  ): Promise<T> {
    const path = join(this.path, name);
    await this.makeFolder(dirname(path), readers);
    const unfinished = join(dirname(path), `.${randomUUID()}.unfinished`);
    try {
      const file = await open(unfinished, 'wx', 0o600);
      try {
        await file.writeFile(content);
        if (readers.group !== undefined) await file.chown(-1, readers.group);
        // Not by `open`: the process may have a mask.
        await file.chmod(readers.byGroup ? 0o640 : 0o600);
        await file.sync();
      } finally {
        await file.close();
      }
      return await put(unfinished, path);
    } catch (error) {
      await unlink(unfinished).catch(() => undefined);
      throw failure('write', path, error);
    }
  }

  private async makeFolder(path: string, { byGroup, group }: Readers): Promise<void> {
    try {
      // Others pass through the folder itself to the one that is theirs.
      if (await makeFolders(this.path)) await chmod(this.path, 0o755);
      if (!(await makeFolders(path, 0o700))) return;
      if (group !== undefined) await chown(path, -1, group);
      if (byGroup) await chmod(path, 0o750);
    } catch (error) {
      throw failure('make', path, error);
    }
  }
}

/**
 * Makes a folder, and those that it is in. Not by the option `recursive`, which goes round for ever where the file system makes none.
 *
 * @returns whether it was not there
 */
async function makeFolders(path: string, mode = 0o755): Promise<boolean> {
  try {
    await mkdir(path, mode);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    if (codeOf(error) !== 'ENOENT' || dirname(path) === path) throw error;
  }
  if (await makeFolders(dirname(path))) return makeFolders(path, mode);
  // The one that it is in is there by now, or always was: nothing can be made in it.
  await mkdir(path, mode);
  return true;
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'nothing can be made there',
  EACCES: 'this user may not',
  EPERM: 'this user may not',
  EROFS: 'the file system is read-only',
  ENOSPC: 'the disk is full',
  ENOTDIR: 'a part of the path is no folder',
  EEXIST: 'a file has that name',
  EISDIR: 'it is a folder',
};

function failure(what: string, path: string, error: unknown): unknown {
  const code = codeOf(error);
  if (code === undefined || error instanceof SetupError) return error;
  const reason = REASONS[code];
  return new SetupError(`Cannot ${what} ${path}: ${reason === undefined ? '' : `${reason} `}(${code})`, path, {
    cause: error,
  });
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined;
}
