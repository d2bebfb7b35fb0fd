import { readFile } from 'node:fs/promises';
import {
  ConfigurationError,
  LayoutVersionError,
  DeadLetterGoneError,
  EventsError,
  PublishTimeoutError,
  isOutage,
  RedisForbiddenError,
  RedisOutOfMemoryError,
} from 'nestjs-event-streams/core';
import { isA, textOf } from 'nestjs-event-streams/internal';
import { UnmetError, UsageError } from './cli-errors.js';
import type { Invocation } from './command.js';
import { COMMANDS, findCommand } from './commands.js';
import type { Context } from './context.js';
import { EXIT, type ExitCode } from './exit-codes.js';
import { helpOf, overview } from './help.js';
import { loadProject } from './project.js';
import { runProjectCommand } from './project-command.js';
import { Session } from './session.js';
import { resolveSettings, type Environment } from './settings.js';

/** What the command line needs from its process. */
export interface CliProcess extends Pick<Context, 'output' | 'stdin' | 'signal'> {
  argv: readonly string[];
  env: Environment;
  cwd: string;
}

/** Runs a command line. @returns the exit code; never throws */
export async function run(cli: CliProcess): Promise<ExitCode> {
  try {
    return await dispatch(cli);
  } catch (error) {
    if (cli.signal.aborted) return EXIT.interrupted;
    cli.output.notice(messageOf(error));
    return exitCodeOf(error);
  }
}

async function dispatch(cli: CliProcess): Promise<ExitCode> {
  const { argv, output } = cli;
  const [first] = argv;
  if (first === '--version') {
    await output.line(await version());
    return EXIT.ok;
  }
  if (first === 'help' || first === '--help' || first === '-h') return help(argv.slice(1), cli);
  const found = findCommand(argv);
  if (!found) return other(cli);
  const { command, rest } = found;
  const invocation = command.parse(rest);
  if (!invocation.common.help) return runInvocation(invocation, cli);
  await output.lines(helpOf(command, output.paint));
  return EXIT.ok;
}

async function runInvocation(
  invocation: Invocation,
  { output, stdin, signal, env, cwd }: CliProcess,
): Promise<ExitCode> {
  const { common } = invocation;
  const project = await loadProject(cwd);
  const settings = resolveSettings(common, env, project.config);
  const context = { prefix: settings.prefix, project, output, stdin, json: common.json ?? false, signal };
  if (invocation.isOffline) return await invocation.run(context);
  await using session = await Session.open(settings);
  const close = (): void => {
    void session[Symbol.asyncDispose]();
  };
  session.onOutage = (message) => {
    if (!signal.aborted) output.notice(message);
  };
  signal.addEventListener('abort', () => setTimeout(close, ABORT_MS).unref(), { once: true });
  return await invocation.run({ ...context, session });
}

/** How long a command has to end by itself after Ctrl-C, in milliseconds. */
const ABORT_MS = 300;

/** A name that is not a command of the library: a command of the project, or a mistake. */
async function other({ argv, output, cwd, signal }: CliProcess): Promise<ExitCode> {
  const [name, ...rest] = argv;
  const project = await loadProject(cwd);
  const commands = project.config.commands ?? {};
  if (name !== undefined && Object.hasOwn(commands, name) && project.dir !== undefined) {
    const command = commands[name];
    if (command) return runProjectCommand(command, project.dir, rest, signal);
  }
  if (name === undefined) {
    output.stderr.write(`${overview(COMMANDS, commands, (_style, text) => text).join('\n')}\n`);
    return EXIT.usage;
  }
  const family = COMMANDS.filter((command) => command.name.startsWith(`${name} `)).map((command) => command.name);
  if (family.length > 0) {
    const got = ['events', name, ...rest.slice(0, 1)].join(' ');
    throw new UsageError(`Expected events ${family.join(', events ')}; got ${got}. See: events help ${name}`);
  }
  throw unknownCommand(name, commands);
}

function unknownCommand(name: string, ofProject: object): UsageError {
  const known = [...new Set(COMMANDS.map((command) => command.name.split(' ')[0])), ...Object.keys(ofProject), 'help'];
  return new UsageError(`Expected a command (${known.join(', ')}), got ${JSON.stringify(name)}. See: events help`);
}

async function help(words: readonly string[], { output, cwd }: CliProcess): Promise<ExitCode> {
  const name = words.join(' ');
  const { paint } = output;
  const commands = (await loadProject(cwd)).config.commands ?? {};
  if (name === '') {
    await output.lines(overview(COMMANDS, commands, paint));
    return EXIT.ok;
  }
  const about = COMMANDS.filter((command) => command.name === name || command.name.startsWith(`${name} `));
  if (about.length > 0) {
    await output.lines(about.flatMap((command, index) => [...(index > 0 ? ['', ''] : []), ...helpOf(command, paint)]));
    return EXIT.ok;
  }
  const own = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (!own) throw unknownCommand(name, commands);
  await output.lines(overview([], { [name]: own }, paint).slice(-1));
  return EXIT.ok;
}

async function version(): Promise<string> {
  const json = await readFile(new URL('../package.json', import.meta.url), 'utf8');
  return (JSON.parse(json) as { version: string }).version;
}

function exitCodeOf(error: unknown): ExitCode {
  // The data in Redis has another layout: no command works on it.
  if (isA(error, LayoutVersionError)) return EXIT.unmet;
  if (isA(error, UsageError) || isA(error, ConfigurationError)) return EXIT.usage;
  if (isA(error, UnmetError) || isA(error, DeadLetterGoneError)) return EXIT.unmet;
  const isRedis =
    isOutage(error) ||
    isA(error, PublishTimeoutError) ||
    isA(error, RedisForbiddenError) ||
    isA(error, RedisOutOfMemoryError);
  return isRedis ? EXIT.redis : EXIT.failed;
}

/** The message of an expected error; the stack of an unexpected one. */
function messageOf(error: unknown): string {
  const { name, message, stack } = textOf(error);
  return isA(error, EventsError) || ['UsageError', 'UnmetError', 'ReplyError'].includes(name) ? message : stack;
}
