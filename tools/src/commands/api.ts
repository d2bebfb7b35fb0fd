import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { Extractor, ExtractorConfig, ExtractorLogLevel } from '@microsoft/api-extractor';
import { ROOT } from '../root.js';

const LIBRARY = path.join(ROOT, 'libs', 'events');
const REPORT = path.join(LIBRARY, 'api.md');
const NONE = { logLevel: ExtractorLogLevel.None };
const PACKAGE = 'nestjs-event-streams';
/** No promise to users: `nestjs-event-streams/internal`, and what is under it. */
const INTERNAL = /^\.\/internal(\/|$)/;
/** A public name uses a type that is not public. */
const LEAK = 'ae-forgotten-export';
/** The name in such a message, which another entry point may export. */
const SYMBOL = /The symbol "(.+?)"/;
/** A name that a report says is exported. */
const EXPORTED = /^export (?:abstract )?(?:class|const|function|interface|type) (\w+)/gm;

/**
 * Writes the report of every public name of the event library, or checks that it is up to date. It is made from the built types of all
 * entry points that package.json exports, but for the internal ones. A public name whose type has no public name itself is refused: users could not write it down.
 *
 *   npm run api               writes libs/events/api.md
 *   npm run api -- --check    changes nothing
 *
 * @returns the exit code
 */
export function main(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({ args: [...args], options: { check: { type: 'boolean' } } });
  const reports = entryPoints().map(reportOf);
  const names = new Set(reports.flatMap((one) => one.names));
  const leaks = reports.flatMap((one) => one.leaks).filter((leak) => !names.has(SYMBOL.exec(leak)?.[1] ?? ''));
  if (leaks.length > 0) {
    console.error(
      'Public names of the library use types that are not public. Export the type with a docstring, write it out, or mark what uses it ' +
        `@internal:\n  ${leaks.join('\n  ')}`,
    );
    return Promise.resolve(1);
  }
  const [root, ...others] = reports;
  const report = [root?.text, ...others.map((one) => (root ? beside(root, one) : one.text))].join('\n');
  const before = readFileSync(REPORT, 'utf8');
  if (report === before) {
    console.log('libs/events/api.md is up to date.');
    return Promise.resolve(0);
  }
  if (values.check) {
    console.error(
      'The public API has changed, and libs/events/api.md has not. If the change is intended, run "npm run build && npm run api", ' +
        'look at what the report says is different now, and commit it.',
    );
    return Promise.resolve(1);
  }
  writeFileSync(REPORT, report);
  console.log('libs/events/api.md was written. Its difference is the change of the public API: review it.');
  return Promise.resolve(0);
}

/** A sub-path of the package, as users import it, and the file with its types. */
interface EntryPoint {
  name: string;
  types: string;
}

/** Every public one of package.json, the root first. */
function entryPoints(): EntryPoint[] {
  const manifest = JSON.parse(readFileSync(path.join(LIBRARY, 'package.json'), 'utf8')) as {
    exports: Record<string, string | { types: string }>;
  };
  return Object.entries(manifest.exports).flatMap(([subPath, target]) =>
    typeof target === 'string' || INTERNAL.test(subPath)
      ? []
      : [{ name: path.posix.join(PACKAGE, subPath), types: target.types }],
  );
}

interface Report {
  name: string;
  /** In Markdown. */
  text: string;
  /** What it exports. */
  names: string[];
  /** Where it uses types that are not public. */
  leaks: string[];
}

/** The report of an entry point that stands after that of the root: a list of names where it is a part of the root. */
function beside(root: Report, { name, names, text }: Report): string {
  if (!names.every((one) => root.names.includes(one))) return text;
  const missing = root.names.filter((one) => !names.includes(one));
  return `## API Report File for "${name}"\n\nThe same as "${root.name}", without ${missing.join(', ')}.\n`;
}

function reportOf({ name, types }: EntryPoint): Report {
  const leaks: string[] = [];
  const folder = mkdtempSync(path.join(tmpdir(), 'event-streams-api-'));
  try {
    Extractor.invoke(configOf(path.join(LIBRARY, types), folder), {
      localBuild: true,
      messageCallback: (message) => {
        if (message.messageId === LEAK) leaks.push(message.formatMessageWithLocation(LIBRARY));
        // Its messages are about the temporary file.
        message.handled = true;
      },
    });
    const text = readFileSync(path.join(folder, 'library.api.md'), 'utf8').replaceAll('\r\n', '\n');
    const names = [...new Set([...text.matchAll(EXPORTED)].map(([, exported = '']) => exported))];
    return { name, text: text.replace(`"${PACKAGE}"`, `"${name}"`), names, leaks };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function configOf(entry: string, folder: string): ExtractorConfig {
  return ExtractorConfig.prepare({
    configObjectFullPath: path.join(LIBRARY, 'api-extractor.json'),
    packageJsonFullPath: path.join(LIBRARY, 'package.json'),
    configObject: {
      projectFolder: LIBRARY,
      mainEntryPointFilePath: entry,
      compiler: { overrideTsconfig: { extends: '../../tsconfig.base.json', include: ['dist'] } },
      apiReport: {
        enabled: true,
        reportFileName: 'library',
        reportFolder: folder,
        reportTempFolder: path.join(folder, 'temp'),
      },
      docModel: { enabled: false },
      dtsRollup: { enabled: false },
      tsdocMetadata: { enabled: false },
      messages: {
        compilerMessageReporting: { default: NONE },
        extractorMessageReporting: { default: NONE, [LEAK]: { logLevel: ExtractorLogLevel.Warning } },
        tsdocMessageReporting: { default: NONE },
      },
    },
  });
}
