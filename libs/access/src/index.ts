export { addressOf, countedAddress } from './address.js';
export { hostList } from './hosts.js';
export { onlyJson } from './only-json.js';
export { onlyKnownHosts, onlyOwnPages, type OwnHosts, protect, unlessHealth } from './protect.js';
export { isSameText } from './same-text.js';
export { securityHeaders } from './security-headers.js';
