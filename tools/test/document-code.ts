import path from 'node:path';
import { ROOT } from '@shop/tools';
import ts from 'typescript';

/** A block of TypeScript in a document. */
export interface CodeBlock {
  /** Such as `README.md:152`. */
  place: string;
  code: string;
}

/** The blocks of TypeScript in a document. @param name its path in the repository */
export function blocksOf(name: string, text: string): CodeBlock[] {
  return [...text.matchAll(/^( *)```ts\n(.*?)^\1```$/gms)].map(({ 1: indent = '', 2: code = '', index }) => ({
    place: `${name}:${String(text.slice(0, index).split('\n').length)}`,
    code: code.replace(new RegExp(`^${indent}`, 'gm'), ''),
  }));
}

/** What blocks use without importing it: names, by the package that has them. */
const PACKAGES: Readonly<Record<string, readonly string[]>> = {
  'nestjs-event-streams': [
    ...['asTextOrNull', 'Keyspace', 'RedisConnection'],
    ...['DeadLetters', 'Delivery', 'DomainEvent', 'EventConsumer', 'EventEnvelope', 'EventHandler', 'EventMonitor'],
    ...['EventProducer', 'EventsModule', 'EventsModuleOptions', 'Personal', 'Transaction', 'UnrecoverableError'],
    ...[
      'eventsToken',
      'InjectEvents',
      'isErased',
      'isEventsContext',
      'createOperator',
      'createProducer',
      'createWorker',
    ],
  ],
  'nestjs-event-streams/terminus': ['EventsHealthIndicator'],
  '@nestjs/common': [
    'Controller',
    'ExceptionFilter',
    'ArgumentsHost',
    'Catch',
    'Get',
    'Injectable',
    'Logger',
    'Module',
  ],
  '@nestjs/core': ['NestFactory'],
  '@nestjs/terminus': ['HealthCheck', 'HealthCheckService', 'TerminusModule'],
  '@shop/contracts': ['PaymentProcessed'],
  'class-transformer': ['Type'],
  'class-validator': ['IsInt', 'IsString', 'IsUUID', 'Min', 'ValidateNested'],
  zod: ['z'],
};

/** Names of types: decorated methods need `import type` of them. */
const TYPES: readonly string[] = ['ArgumentsHost', 'EventEnvelope', 'EventsModuleOptions', 'ExceptionFilter'];

/** What a reader understands from the text around a block: declarations, by the name that they declare. */
const UNDERSTOOD: Readonly<Record<string, string>> = {
  app: "declare const app: import('@nestjs/common').INestApplicationContext;",
  AppModule: 'class AppModule {}',
  BillPaid: "@DomainEvent({ type: 'bill_paid', version: '1.0', stream: 'bills' }) class BillPaid {}",
  caFile: "const caFile = 'ca.pem';",
  ca: "const ca = 'PEM';",
  CardStolenError: 'class CardStolenError extends Error {}',
  certFile: "const certFile = 'cert.pem';",
  deadLetters: 'declare const deadLetters: DeadLetters;',
  event: 'declare const event: EventEnvelope<object>;',
  keyFile: "const keyFile = 'key.pem';",
  order: 'declare const order: OrderPlaced;',
  OrderCancelledError: 'class OrderCancelledError extends Error {}',
  OrderHandlers: '@Injectable() class OrderHandlers {}',
  OrderPlaced:
    "@DomainEvent({ type: 'order_placed', version: '1.0', stream: 'orders' }) class OrderPlaced { order_id!: string; " +
    'total_amount!: number; customer!: { customer_id: string; name: string } }',
  PaymentProcessed:
    "@DomainEvent({ type: 'payment_processed', version: '1.0', stream: 'payments' }) class PaymentProcessed {}",
  PointsEarned:
    "@DomainEvent({ type: 'points_earned', version: '1.0', stream: 'loyalty' }) class PointsEarned { order_id!: string; points!: number }",
  producer: 'declare const producer: EventProducer;',
  rest: 'declare const rest: any;',
  Settings: 'class Settings { billing!: EventsModuleOptions }',
  transaction: 'declare const transaction: Transaction;',
  vault: 'declare const vault: { read(name: string): Promise<string> };',
};

/** Packages of which a document of the library knows nothing. */
const OF_SHOP = '@shop/contracts';

const DECLARED = /\b(?:class|const|let|function) +(?:\{([^}]*)\}|\[([^\]]*)\]|(\w+))/g;
const IMPORTED = /^import \{([^}]*)\}/gm;

/** A block as a file that a compiler takes: with what it leaves out, and with the imports and declarations that it does not repeat. */
export function fileOf({ place, code }: CodeBlock): string {
  const body = framed(leftOutIn(code));
  const known = new Set<string>(namesIn(body, DECLARED).concat(namesIn(body, IMPORTED)));
  const isOfShop = !place.startsWith('libs/');
  const declarations: string[] = [];
  const imports = new Map<string, string[]>();
  const packages = Object.entries(PACKAGES).filter(([name]) => isOfShop || name !== OF_SHOP);
  const needs = (text: string): void => {
    for (const [name] of text.matchAll(/\b[A-Za-z]\w*\b/g)) {
      if (known.has(name)) continue;
      const from = packages.find(([, names]) => names.includes(name))?.[0];
      const declaration = from === undefined && Object.hasOwn(UNDERSTOOD, name) ? UNDERSTOOD[name] : undefined;
      if (from === undefined && declaration === undefined) continue;
      known.add(name);
      if (from !== undefined)
        imports.set(from, [...(imports.get(from) ?? []), TYPES.includes(name) ? `type ${name}` : name]);
      if (declaration === undefined) continue;
      needs(declaration);
      declarations.push(declaration);
    }
  };
  needs(body);
  const lines = [...imports].map(([from, names]) => `import { ${names.join(', ')} } from '${from}';`);
  return [...lines, ...declarations, body, 'export {};'].join('\n');
}

function namesIn(code: string, form: RegExp): string[] {
  return [...code.matchAll(form)].flatMap(([, ...lists]) =>
    lists.flatMap((list: string | undefined) => (list ?? '').split(',').map((one) => /(\w+)\s*$/.exec(one)?.[1] ?? '')),
  );
}

/** Something in the place of each `…`. */
function leftOutIn(code: string): string {
  return code
    .replace(/'[^'\n]*'|\/\/.*$|…/gm, (found) => (found === '…' ? '...rest' : found))
    .replace(/\) \{ \.\.\.rest \}/g, ') {}');
}

/** Code that stands for itself, of a part of something: an option, a decorator, or what a function does. */
function framed(code: string): string {
  if (/^\w+: /.test(code)) {
    const options = code.replace(/^(\w+: .*?),?( \/\/.*)?$/gm, '({ $1 }) satisfies Partial<EventsModuleOptions>;');
    return options;
  }
  const undecorated = code.replace(/^@Module\(\{.*?^\}\)\n(?=\n)/gms, '$&class Imports {}\n');
  if (/^@EventHandler\([^@]*\}\)\n*$/.test(undecorated)) {
    return `class Handlers {\n${undecorated}\nasync on({ data }: EventEnvelope<OrderPlaced>) { await Promise.resolve(data); }\n}`;
  }
  return /^\s*(import|export|@)/m.test(undecorated) ? undecorated : `async function fragment() {\n${undecorated}\n}`;
}

/** Compiles files that are not there. @returns what is wrong with them, with their places */
export function compile(files: ReadonlyMap<string, string>): string[] {
  const { config } = ts.readConfigFile(path.join(ROOT, 'tsconfig.base.json'), ts.sys.readFile.bind(ts.sys)) as {
    config: { compilerOptions: Record<string, unknown> };
  };
  const { options } = ts.convertCompilerOptionsFromJson(config.compilerOptions, ROOT);
  const host = ts.createCompilerHost(options);
  const readable = { fileExists: host.fileExists.bind(host), readFile: host.readFile.bind(host) };
  host.fileExists = (name) => files.has(name) || readable.fileExists(name);
  host.readFile = (name) => files.get(name) ?? readable.readFile(name);
  const program = ts.createProgram(
    [...files.keys()],
    {
      ...options,
      noEmit: true,
      composite: false,
      declaration: false,
      noUnusedLocals: false,
      noUnusedParameters: false,
      customConditions: ['source'],
    },
    host,
  );
  return [...files.keys()].flatMap((name) => {
    const source = program.getSourceFile(name);
    const found = [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)];
    return found.map(({ messageText, start }) => {
      const line = source?.getLineAndCharacterOfPosition(start ?? 0).line ?? 0;
      return `${name}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}\n    ${source?.text.split('\n')[line] ?? ''}`;
    });
  });
}
