// A stand-in for the setup: it creates users who may do everything, without passwords.
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const out = process.argv.at(-1) ?? '';
mkdirSync(path.join(out, 'redis'));
writeFileSync(path.join(out, 'redis', 'users.acl'), 'user default on nopass ~* &* +@all\n');
