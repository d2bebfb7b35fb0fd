export { audit, type AuditOptions, type AuditReport } from './audit.js';
export { RedisUnavailableError } from './connection.js';
export { type DeadLetterCause } from './dead-letter-causes.js';
export { type LawResult } from './laws/law.js';
export { NotQuietError, waitUntilQuiet, type OpenWork, type WaitOptions } from './quiet.js';
export { formatReport, type Paint } from './report.js';
export { type AuditSummary } from './summary.js';
