#!lua flags=allow-oom
-- The heartbeat: renews a consumer's claim on what is still its own, and tells which deliveries no longer are.
-- A plain XCLAIM would steal back what another consumer has taken over meanwhile.
--
-- KEYS[1]    the stream
-- ARGV[1]    group
-- ARGV[2]    consumer
-- ARGV[3..]  entry ids, ascending
-- Replies    the ids that are not this consumer's any more
local group, consumer = ARGV[1], ARGV[2]
local own, from = {}, ARGV[3]
repeat
  local page = redis.call('XPENDING', KEYS[1], group, from, ARGV[#ARGV], 1000, consumer)
  for _, row in ipairs(page) do own[row[1]] = true end
  if #page > 0 then from = '(' .. page[#page][1] end
until #page < 1000

local lost, kept = {}, {}
for index = 3, #ARGV do
  local id = ARGV[index]
  if own[id] then kept[#kept + 1] = id else lost[#lost + 1] = id end
end
for first = 1, #kept, 1000 do
  local call = { 'XCLAIM', KEYS[1], group, consumer, 0 }
  for index = first, math.min(first + 999, #kept) do call[#call + 1] = kept[index] end
  call[#call + 1] = 'JUSTID'
  redis.call(unpack(call))
end
return lost
