#!lua flags=allow-oom
-- settle.lua for the owner of a partition: its keys and arguments, and then those of fence.lua.
-- @include fence
-- @include settle
