// A stand-in for the audit: it prints its arguments, and exits with FAKE_AUDIT_EXIT.
const { REDIS_URL, EVENTS_PREFIX, FAKE_AUDIT_EXIT = '0' } = process.env;
console.log(`audit of ${REDIS_URL ?? 'nothing'} ${EVENTS_PREFIX ?? ''} ${process.argv.slice(2).join(' ')}`);
process.exit(Number(FAKE_AUDIT_EXIT));
