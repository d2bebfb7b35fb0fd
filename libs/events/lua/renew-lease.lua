#!lua flags=allow-oom
-- Renews the lease of a partition; one that has run out, too, unless another worker has taken it.
--
-- KEYS[1]    the lease, see acquire-lease.lua
-- ARGV[1]    how long the lease lasts from now on, ms
-- then       what fence.lua takes
-- Replies    1
-- @include fence
local time = redis.call('TIME')
redis.call('HSET', KEYS[1], 'until', string.format('%.0f', time[1] * 1000 + math.floor(time[2] / 1000) + ARGV[1]))
return 1
