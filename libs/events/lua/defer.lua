#!lua flags=allow-oom
-- A consumer defers entries: it has not begun with them, since others of their keys come first, or they are in a retry pause. They stay
-- its own, but this delivery does not count: no worker can die of them.
--
-- KEYS[1]    the stream
-- ARGV[1]    group
-- ARGV[2]    consumer
-- ARGV[3..]  entry id, how often it was delivered to others before, id, …
-- Replies    1
-- @all-rights
local group, consumer = ARGV[1], ARGV[2]
for index = 3, #ARGV, 2 do
  local id = ARGV[index]
  local row = redis.call('XPENDING', KEYS[1], group, id, id, 1, consumer)[1]
  if row then
    redis.call('XCLAIM', KEYS[1], group, consumer, 0, id, 'RETRYCOUNT', ARGV[index + 1], 'JUSTID')
  end
end
return 1
