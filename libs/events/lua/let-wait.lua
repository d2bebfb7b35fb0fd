-- Included where needed: moves a pending entry from a consumer to one that is named after the handler that it waits for, unless entries
-- of the stream wait for `most` different handlers already. This delivery does not count: no worker can die of it. Returns 1, also when
-- the entry was not the consumer's any more; 0 when it stays with the consumer.
-- @include waiting
-- @include consumers
local function letWait(stream, group, consumer, name, most, id, deliveries)
  if not redis.call('XPENDING', stream, group, id, id, 1, consumer)[1] then return 1 end
  if redis.call('XGROUP', 'CREATECONSUMER', stream, group, name) == 1 then
    local different = 0
    for _, other in ipairs(consumersOf(stream, group)) do
      if isWaiting(other.name) then different = different + 1 end
    end
    if different > tonumber(most) then
      redis.call('XGROUP', 'DELCONSUMER', stream, group, name)
      return 0
    end
  end
  redis.call('XCLAIM', stream, group, name, 0, id, 'RETRYCOUNT', deliveries, 'JUSTID')
  return 1
end
