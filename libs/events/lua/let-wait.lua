-- Included by the scripts that need it: an entry of a consumer is pending, from now on, for one that is named after what it waits for.
-- It is not when entries of the stream wait for `most` different things already. This delivery does not count: no worker can die
-- of it. Returns 1, also where the entry is not the consumer's any more; or 0 when it stays its own.
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
