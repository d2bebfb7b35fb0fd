#!lua flags=allow-oom
-- A consumer's pending entries: those of a lost reply are found only here. To read them with XREADGROUP would count as another delivery
-- of each entry, as if workers had died of it.
--
-- KEYS[1]    the stream
-- ARGV[1]    group
-- ARGV[2]    consumer
-- ARGV[3]    where to begin: '-', or '(' and an entry id
-- ARGV[4]    how many at most
-- Creates the consumer if it is missing, so that it can be seen before it has read anything.
-- Replies    entries, each {id, fields, deliveries to others before}, fields null when it is no longer in the stream
-- @all-rights
local rows = redis.call('XPENDING', KEYS[1], ARGV[1], ARGV[3], '+', ARGV[4], ARGV[2]) -- first: it says NOGROUP
redis.call('XGROUP', 'CREATECONSUMER', KEYS[1], ARGV[1], ARGV[2])
local entries = {}
for index, row in ipairs(rows) do
  local entry = redis.call('XRANGE', KEYS[1], row[1], row[1])[1]
  entries[index] = { row[1], entry and entry[2] or false, row[4] - 1 }
end
return entries
