// A step of the console's build: writes the schemas of its OpenAPI document, made from the types of the contract, to dist/openapi/schemas.json.
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { schemasOf } from './schemas.js';

const CONSOLE = path.join(import.meta.dirname, '..', '..');
const CONTRACT = path.join(CONSOLE, 'src', 'contract');
const TARGET = path.join(CONSOLE, 'dist', 'openapi', 'schemas.json');

const schemas = schemasOf(readdirSync(CONTRACT).map((name) => path.join(CONTRACT, name)));
mkdirSync(path.dirname(TARGET), { recursive: true });
writeFileSync(TARGET, JSON.stringify(schemas));
