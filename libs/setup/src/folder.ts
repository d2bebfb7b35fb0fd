import { randomUUID } from 'node:crypto';
import { chmod, chown, link, mkdir, open, readFile, rename, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { SetupError } from './setup-error.js';

/** Who may read a file or enter a folder, beside the user of the setup. */
export interface Readers {
  /** Whether the group of the file may read it. */
  byGroup: boolean;
  /** The id of that group. @default the group that the system gives to new files */
  group?: number | undefined;
}

/**
 * A folder of secrets. Its files are written atomically: after a crash, a file is complete or does not exist. If two processes create
 * the same file at once, one of them succeeds.
 */
export class SecretFolder {
  constructor(readonly path: string) {}

  /** The content of a file; undefined if it does not exist. @throws SetupError */
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
   * Creates a file, unless it exists.
   *
   * @returns whether this call has created it
   * @throws SetupError
   */
  async create(name: string, content: string, readers: Readers): Promise<boolean> {
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

  /** Creates a file, or replaces its content. @throws SetupError */
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
        // Not by `open`, to which the process' umask applies.
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
      // Other users must be able to reach their folders through this one.
      if (await makeFolders(this.path)) await chmod(this.path, 0o755);
      if (!(await makeFolders(path, 0o700))) return;
      if (group !== undefined) await chown(path, -1, group);
      if (byGroup) await chmod(path, 0o750);
    } catch (error) {
      throw failure('create', path, error);
    }
  }
}

/**
 * Creates a folder and its parents. Does not use the option `recursive`, which never returns if the file system cannot create folders.
 *
 * @returns whether it was created
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
  // The parent exists now, so another ENOENT means that nothing can be created in it.
  await mkdir(path, mode);
  return true;
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'nothing can be created there',
  EACCES: 'this user has no permission',
  EPERM: 'this user has no permission',
  EROFS: 'the file system is read-only',
  ENOSPC: 'the disk is full',
  ENOTDIR: 'a part of the path is not a folder',
  EEXIST: 'a file with that name exists',
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
