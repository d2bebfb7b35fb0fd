#!lua flags=allow-oom
-- A consumer lets entries go that it has not begun with, since others of their keys keep it from them, or that wait for another
-- try: they stay its own, but no worker can die of them, so this delivery does not count.
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
