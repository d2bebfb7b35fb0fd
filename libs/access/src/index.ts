export { addressOf, normalizedAddress } from './address.js';
export { hostList } from './hosts.js';
export { onlyJson } from './only-json.js';
export { onlyKnownHosts, onlyOwnPages, type OwnHosts, protect, unlessHealth } from './protect.js';
export { isEqualSecret } from './equal-secret.js';
export { securityHeaders } from './security-headers.js';
