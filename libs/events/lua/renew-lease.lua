#!lua flags=allow-oom
-- Renews the lease of a partition, also one that has run out, unless another worker has taken it.
--
-- KEYS[1]    the lease, see acquire-lease.lua
-- ARGV[1]    how long the lease lasts from now on, ms
-- then       what fence.lua takes
-- Replies    1
-- @include fence
-- @all-rights
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('HSET', KEYS[1], 'until', string.format('%.0f', now + ARGV[1]), 'lasts', ARGV[1])
return 1
