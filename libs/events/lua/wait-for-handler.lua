#!lua flags=allow-oom
-- Moves an entry that its consumer has no handler for: from now on it is pending for a consumer that is named after the handler that it
-- waits for, and its idle time there is how long it has waited. A worker that handles it takes it from there, see take-waiting.lua.
--
-- KEYS[1]    the stream
-- KEYS[2]    the group's watch, see look.lua
-- ARGV[1]    group
-- ARGV[2]    consumer
-- ARGV[3]    the consumer under which it waits: "waiting for " and the handler
-- ARGV[4]    for how many different handlers entries of a stream may wait
-- ARGV[5]    entry id
-- ARGV[6]    how often it was delivered to others before
-- Replies    1; 0 when entries wait for too many different handlers already: it stays with its consumer
-- @all-rights
-- @include let-wait
local waits = letWait(KEYS[1], ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5], ARGV[6])
if waits == 1 then redis.call('HSET', KEYS[2], 'waiting ' .. KEYS[1], '1') end
return waits
