import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const execute = promisify(execFile);

const MAX_OUTPUT_BYTES = 256 * 1024 * 1024;

/** Long enough to build the images on a slow machine, in milliseconds. */
const DEADLINE_MS = 1_800_000;

/**
 * Runs `docker`. @returns its standard output
 *
 * @throws Error with the command and the end of its output
 */
export async function docker(args: readonly string[], env: NodeJS.ProcessEnv = process.env): Promise<string> {
  try {
    const { stdout } = await execute('docker', args, { env, maxBuffer: MAX_OUTPUT_BYTES, timeout: DEADLINE_MS });
    return stdout.trimEnd();
  } catch (error) {
    const { code, stdout = '', stderr = '' } = error as { code?: unknown; stdout?: string; stderr?: string };
    const said = `${stdout}\n${stderr}`.trim().split('\n').slice(-30).join('\n');
    throw new Error(`docker ${args.join(' ')} ended with ${String(code)}:\n${said}`, { cause: error });
  }
}

/** The fields of `docker inspect` that the tests use. */
export interface Container {
  Id: string;
  State: { Status: string; StartedAt: string; ExitCode: number; Health?: { Status: string } };
  RestartCount: number;
  Config: { Hostname: string; Labels: Record<string, string | undefined> };
  Mounts: readonly { Type: string; Name?: string; Destination: string; RW: boolean }[];
  NetworkSettings: {
    Ports: Record<string, readonly { HostIp: string; HostPort: string }[] | null>;
    Networks: Record<string, { IPAddress: string }>;
  };
}

/** Inspects containers, running or not. */
export async function inspect(ids: readonly string[]): Promise<Container[]> {
  return ids.length === 0 ? [] : (JSON.parse(await docker(['container', 'inspect', ...ids])) as Container[]);
}
