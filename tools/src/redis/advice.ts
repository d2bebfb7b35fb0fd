const INSTALL = 'Install redis-server 7.0 or later (or valkey-server)';

/** What to do if no Redis was found for the shop. Follows a sentence that says so. */
export const REDIS_ADVICE = `${INSTALL}, start Docker, or set REDIS_URL=redis://host:port to a running Redis.`;

/** What to do if there is no program to start as a Redis server. */
export const REDIS_SERVER_ADVICE = `${INSTALL}, or set REDIS_SERVER_BINARY to the path of its program.`;
