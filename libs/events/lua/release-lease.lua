#!lua flags=allow-oom
-- Releases a partition, so that another worker can take it at once. The epoch is kept: it only grows.
--
-- KEYS[1]    the lease, see acquire-lease.lua
-- then       what fence.lua takes
-- Replies    1
-- @include fence
-- @all-rights
redis.call('HSET', KEYS[1], 'owner', '', 'until', 0)
return 1
