#!lua flags=allow-oom
-- wait-for-handler.lua for the owner of a partition: its keys without the watch, its arguments, and then those of fence.lua. The owner
-- finds such entries by read-partition.lua.
-- @include fence
-- @all-rights
-- @include let-wait
return letWait(KEYS[1], ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5], ARGV[6])
