#!lua flags=allow-oom
-- Takes a partition for a worker, unless another worker's lease still holds. Each owner gets an epoch of its own, by which fence.lua
-- refuses former owners. For the owner itself it renews the lease under the same epoch: the earlier answer may have been lost.
--
-- KEYS[1]    the lease, a hash: "owner" ('' for none), "until" (ms since 1970, by this server's clock), "lasts" (ms from a
--            renewal on), "epoch"
-- ARGV[1]    worker
-- ARGV[2]    how long the lease lasts, ms
-- Replies    the epoch, or 0 when another worker owns it
-- @all-rights
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local held = redis.call('HMGET', KEYS[1], 'owner', 'until', 'lasts', 'epoch')
local owner, till, lasts, epoch = held[1] or '', tonumber(held[2] or 0), tonumber(held[3] or 0), tonumber(held[4] or 0)
if owner ~= '' and owner ~= ARGV[1] and till > now then
  -- After the clock has gone back, a dead owner must not keep the lease for that much longer.
  if till > now + lasts then redis.call('HSET', KEYS[1], 'until', string.format('%.0f', now + lasts)) end
  return 0
end
if owner ~= ARGV[1] then epoch = epoch + 1 end
local untilThen = string.format('%.0f', now + ARGV[2])
redis.call('HSET', KEYS[1], 'owner', ARGV[1], 'until', untilThen, 'lasts', ARGV[2], 'epoch', epoch)
return epoch
