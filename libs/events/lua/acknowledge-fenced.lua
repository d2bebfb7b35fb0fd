#!lua flags=allow-oom
-- acknowledge.lua for the owner of a partition: its keys and arguments, and then those of fence.lua.
-- @include fence
-- @include acknowledge
