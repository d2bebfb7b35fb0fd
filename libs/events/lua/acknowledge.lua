#!lua flags=allow-oom
-- Acknowledges deliveries without effects, whoever holds them, and deletes notes that others may have written of them meanwhile.
--
-- KEYS[1]    the stream
-- KEYS[2]    the group's hash of delivery notes
-- ARGV[1]    group
-- ARGV[2]    number of handlers that may have notes, then their names
-- then       entry ids
-- Replies    how many were pending
-- @rights
-- @include delivery-notes
local handlers = tonumber(ARGV[2])
local hasNotes = redis.call('EXISTS', KEYS[2]) == 1
-- Before the first write: an error must mean that nothing was acknowledged.
local why = hasNotes and lacking('HDEL', KEYS[2])
if why then return redis.error_reply(why) end
local acknowledged = redis.call('XACK', KEYS[1], ARGV[1], unpack(ARGV, 3 + handlers))
if hasNotes then
  for index = 3 + handlers, #ARGV do
    for handler = 1, handlers do redis.call('HDEL', KEYS[2], ARGV[index] .. '|' .. ARGV[2 + handler]) end
    redis.call('HDEL', KEYS[2], ARGV[index] .. '|' .. DECODING)
  end
end
return acknowledged
