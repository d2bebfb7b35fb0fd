#!lua flags=allow-oom
-- wait-for-handler.lua for the owner of a partition, who looks by itself, see read-partition.lua: the same without the watch, and
-- then what fence.lua takes.
-- @include fence
-- @all-rights
-- @include let-wait
return letWait(KEYS[1], ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5], ARGV[6])
