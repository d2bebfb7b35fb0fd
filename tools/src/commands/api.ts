import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { Extractor, ExtractorConfig, ExtractorLogLevel } from '@microsoft/api-extractor';
import { ROOT } from '../root.js';

const LIBRARY = path.join(ROOT, 'libs', 'events');
const REPORT = path.join(LIBRARY, 'api.md');
const NONE = { logLevel: ExtractorLogLevel.None };

/**
 * Writes the report of every public name of the event library, or checks that it is up to date. It is made from the built types.
 *
 *   npm run api               writes libs/events/api.md
 *   npm run api -- --check    changes nothing
 *
 * @returns the exit code
 */
export function main(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({ args: [...args], options: { check: { type: 'boolean' } } });
  const report = reportOf(path.join(LIBRARY, 'dist', 'index.d.ts'));
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

/** @param entry the types of the entry point that has all public names: `.`, of which `/core` is a part */
function reportOf(entry: string): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'event-streams-api-'));
  try {
    Extractor.invoke(configOf(entry, folder), {
      localBuild: true,
      messageCallback: (message) => {
        // Its messages are about the temporary file.
        message.handled = true;
      },
    });
    return readFileSync(path.join(folder, 'library.api.md'), 'utf8').replaceAll('\r\n', '\n');
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
        // The report marks a public signature that uses a type without a public name.
        extractorMessageReporting: {
          default: NONE,
          'ae-forgotten-export': { logLevel: ExtractorLogLevel.Warning, addToApiReportFile: true },
        },
        tsdocMessageReporting: { default: NONE },
      },
    },
  });
}
