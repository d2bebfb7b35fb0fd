/**
 * The rooms of libs/events/src, from the top floor down. A room imports rooms below it only; CONTRIBUTING.md says what each is for. Files at
 * the top (index.ts, core.ts, terminus.ts, internal.ts) are doors, and no rooms.
 */
const ROOMS = require('./.dependency-cruiser.folders.json');

/** Rules that the module boundaries of the linter cannot express: which folders may import which packages, and no cycles. */
module.exports = {
  forbidden: [
    {
      name: 'no-circles',
      comment: 'Imports of types alone count.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    ...ROOMS.slice(1).map((room, index) => ({
      name: `${room}-knows-no-room-above`,
      severity: 'error',
      from: { path: `^libs/events/src/${room}/` },
      to: { path: `^libs/events/src/(${ROOMS.slice(0, index + 1).join('|')})/` },
    })),
    {
      name: 'rooms-and-doors',
      comment: 'A room imports listed rooms only, and no door.',
      severity: 'error',
      from: { path: `^libs/events/src/[^/]+/` },
      to: { path: `^libs/events/src/(?!(${ROOMS.join('|')})/)` },
    },
    {
      name: 'rooms-are-listed',
      comment: 'A folder that is not in the list of rooms imports nothing: it has no floor.',
      severity: 'error',
      from: { path: `^libs/events/src/(?!(${ROOMS.join('|')})/)[^/]+/` },
      to: {},
    },
    {
      name: 'ioredis-in-connection',
      comment: 'Only connection/ of the event library imports ioredis.',
      severity: 'error',
      from: { path: '^libs/events/src', pathNot: '^libs/events/src/connection/' },
      to: { path: 'node_modules/ioredis' },
    },
    {
      name: 'opentelemetry-in-telemetry',
      comment: 'Only telemetry/ of the event library imports OpenTelemetry.',
      severity: 'error',
      from: { path: '^libs/events/src', pathNot: '^libs/events/src/telemetry/' },
      to: { path: 'node_modules/@opentelemetry/' },
    },
    {
      name: 'nest-in-nest',
      comment: "Only nest/ of the event library knows NestJS, and RxJS for what Nest's interceptors return.",
      severity: 'error',
      from: { path: '^libs/events/src', pathNot: '^libs/events/src/nest/' },
      to: { path: 'node_modules/(@nestjs|rxjs)/' },
    },
    {
      name: 'core-without-nest',
      comment:
        'nestjs-event-streams/core works where NestJS is not installed, and so do the command line, the contracts and the setup: their images have none.',
      severity: 'error',
      from: { path: '^libs/(events/src/(core|internal)\\.ts$|(events-cli|contracts|setup)/src/)' },
      to: { path: '(^libs/events/src/nest/|node_modules/(@nestjs|rxjs)/)', reachable: true },
    },
    {
      name: 'terminus-apart',
      comment: 'Only nestjs-event-streams/terminus needs @nestjs/terminus.',
      severity: 'error',
      from: { path: '^libs/events/src/(index|core|internal)\\.ts$' },
      to: { path: 'node_modules/@nestjs/terminus/', reachable: true },
    },
    {
      name: 'domain-without-framework',
      comment: 'The domain is plain functions: no NestJS, no Redis.',
      severity: 'error',
      from: { path: '^(apps/[^/]+/src/domain|libs/simulation/src)' },
      to: { path: 'node_modules/(@nestjs|ioredis)' },
    },
    {
      name: 'console-without-shop',
      comment: 'The console works for any prefix; only its shop view knows the shop.',
      severity: 'error',
      from: { path: '^apps/console/src', pathNot: '^apps/console/src/(shop/|contract/|main)' },
      to: { path: '(libs/(contracts|simulation|audit)|apps/console/src/shop)/', pathNot: '/shop\\.module' },
    },
    {
      name: 'audit-is-independent',
      comment:
        'The audit checks the results of the library: it reads streams, envelopes and dead letters with its own code. ' +
        'Code that it shared with the library, even through another package, would have the same errors. It shares only the parser of the ' +
        'Redis address: an error there prevents a report, but never makes a wrong one.',
      severity: 'error',
      from: { path: '^libs/audit/src' },
      to: {
        path: '^libs/events/(?!src/address/)|node_modules/(@nestjs|class-validator|class-transformer)/',
        reachable: true,
      },
    },
    {
      name: 'sources-without-tests',
      severity: 'error',
      from: { path: '^((apps|libs)/[^/]+|bench|tools)/src', pathNot: '^libs/testing/' },
      to: { path: '(/test/|/faults/|node_modules/vitest|libs/testing/)' },
    },
    { name: 'resolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    doNotFollow: { path: 'node_modules|/dist/' },
    // What was built here; packages have such folders, too, and rules name them.
    exclude: { path: '^(?!.*node_modules/).*/dist/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.base.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['source', 'import', 'node', 'default', 'types'],
    },
  },
};
