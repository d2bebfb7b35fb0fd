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
/** The entry points that have all public names between them: `/core` is a part of the first. */
const ENTRIES = [
  { name: PACKAGE, types: 'dist/index.d.ts' },
  { name: `${PACKAGE}/terminus`, types: 'dist/terminus.d.ts' },
] as const;
/** A public name uses a type that is not public. */
const LEAK = 'ae-forgotten-export';
/** The name in such a message, which another entry point may export. */
const SYMBOL = /The symbol "(.+?)"/;
/** A name that a report says is exported. */
const EXPORTED = /^export (?:abstract )?(?:class|const|function|interface|type) (\w+)/gm;

/**
 * Writes the report of every public name of the event library, or checks that it is up to date. It is made from the built types.
 * A public name whose type has no public name itself is refused: users could not write it down.
 *
 *   npm run api               writes libs/events/api.md
 *   npm run api -- --check    changes nothing
 *
 * @returns the exit code
 */
export function main(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({ args: [...args], options: { check: { type: 'boolean' } } });
  const reports = ENTRIES.map(reportOf);
  const names = new Set(reports.flatMap(({ text }) => [...text.matchAll(EXPORTED)].map(([, name]) => name)));
  const leaks = reports.flatMap((one) => one.leaks).filter((leak) => !names.has(SYMBOL.exec(leak)?.[1]));
  if (leaks.length > 0) {
    console.error(
      'Public names of the library use types that are not public. Export the type with a docstring, write it out, or mark what uses it ' +
        `@internal:\n  ${leaks.join('\n  ')}`,
    );
    return Promise.resolve(1);
  }
  const report = reports.map(({ text }) => text).join('\n');
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

/** What one entry point says, and where it uses types that are not public. */
function reportOf({ name, types }: (typeof ENTRIES)[number]): { text: string; leaks: string[] } {
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
    return { text: text.replace(`"${PACKAGE}"`, `"${name}"`), leaks };
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
