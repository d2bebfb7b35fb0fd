export { aclFile } from './acl-file.js';
export { rulesOf } from './rules.js';
export { passwordVariableOf, setUp, type SetUpFile, type SetupOptions } from './setup.js';
export { SetupError } from './setup-error.js';
export { TOKEN_READERS, USERS, type User } from './users.js';
