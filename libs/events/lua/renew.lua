#!lua flags=allow-oom
-- Renews a consumer's claims on the entries that are still its own, and tells which are not. A plain XCLAIM would steal back entries that
-- another consumer has taken over meanwhile.
--
-- KEYS[1]    the stream
-- ARGV[1]    group
-- ARGV[2]    consumer
-- ARGV[3..]  entry ids, ascending; so many that one command takes them
-- Replies    the ids that are not this consumer's any more
-- @all-rights
local group, consumer, count = ARGV[1], ARGV[2], #ARGV - 2
-- Twice as many, since other entries of this consumer lie between them. If that is not enough, the rest is looked up one by one.
local rows = redis.call('XPENDING', KEYS[1], group, ARGV[3], ARGV[#ARGV], 2 * count, consumer)
local own = {}
for _, row in ipairs(rows) do own[row[1]] = true end
local function isOwn(id)
  return own[id] or #rows == 2 * count and #redis.call('XPENDING', KEYS[1], group, id, id, 1, consumer) > 0
end

local lost, call = {}, { 'XCLAIM', KEYS[1], group, consumer, 0 }
for index = 3, #ARGV do
  local id = ARGV[index]
  if isOwn(id) then call[#call + 1] = id else lost[#lost + 1] = id end
end
if #lost < count then
  call[#call + 1] = 'JUSTID'
  redis.call(unpack(call))
end
return lost
