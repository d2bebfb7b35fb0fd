// Stands in for the audit: it says what it was given, and ends as FAKE_AUDIT_EXIT says.
const { REDIS_URL, EVENTS_PREFIX, FAKE_AUDIT_EXIT = '0' } = process.env;
console.log(`audit of ${REDIS_URL ?? 'nothing'} ${EVENTS_PREFIX ?? ''} ${process.argv.slice(2).join(' ')}`);
process.exit(Number(FAKE_AUDIT_EXIT));
