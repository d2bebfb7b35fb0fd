#!lua flags=allow-oom
-- The heartbeat: renews a consumer's claim on what is still its own, and tells which deliveries no longer are.
-- A plain XCLAIM would steal back what another consumer has taken over meanwhile.
--
-- KEYS[1]    the stream
-- ARGV[1]    group
-- ARGV[2]    consumer
-- ARGV[3..]  entry ids, ascending; so many that one command takes them
-- Replies    the ids that are not this consumer's any more
-- @all-rights
local group, consumer, count = ARGV[1], ARGV[2], #ARGV - 2
-- More than are asked about, for those of ours between them that are not; beyond that each is asked about by itself.
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
