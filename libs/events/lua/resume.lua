#!lua flags=allow-oom
-- Delivers entries again that a consumer has deferred, see defer.lua, as far as they are still its own.
--
-- KEYS[1]    the stream
-- ARGV[1]    group
-- ARGV[2]    consumer
-- ARGV[3..]  entry ids
-- Replies    entries that are still its own, each {id, fields, deliveries before this one}, fields null when it is no longer in the
--            stream
-- @all-rights
local group, consumer = ARGV[1], ARGV[2]
local entries = {}
for index = 3, #ARGV do
  local id = ARGV[index]
  local row = redis.call('XPENDING', KEYS[1], group, id, id, 1, consumer)[1]
  if row then
    local entry = redis.call('XRANGE', KEYS[1], id, id)[1]
    entries[#entries + 1] = { id, entry and entry[2] or false, row[4] }
    redis.call('XCLAIM', KEYS[1], group, consumer, 0, id, 'RETRYCOUNT', row[4] + 1, 'JUSTID')
  end
end
return entries
