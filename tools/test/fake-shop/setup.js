// Stands in for the setup: users who may do everything, without passwords that anything would ask for.
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const out = process.argv.at(-1) ?? '';
mkdirSync(path.join(out, 'redis'));
writeFileSync(path.join(out, 'redis', 'users.acl'), 'user default on nopass ~* &* +@all\n');
