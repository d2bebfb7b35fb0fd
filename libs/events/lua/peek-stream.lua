#!lua flags=no-writes
-- XINFO STREAM of a stream, with bounded first and last entries.
--
-- KEYS[1]   the stream
-- ARGV[1]   bytes up to which an entry is replied as it is
-- ARGV[2]   bytes of a name and of a value of a larger one
-- ARGV[3]   bytes of its fields that are not named below
-- ARGV[4..] names of fields
-- Replies   {length, how many were ever appended, the first entry or false, the last one or false}, entries as parts.lua has them

-- @include parts
local bounds = boundsOf(ARGV[1], ARGV[2], ARGV[3], { unpack(ARGV, 4) })
local info = redis.call('XINFO', 'STREAM', KEYS[1])
local about = {}
for index = 1, #info, 2 do about[info[index]] = info[index + 1] end
local function shown(entry) return entry and lookedAt(entry, bounds) or false end
return { about.length, about['entries-added'] or 0, shown(about['first-entry']), shown(about['last-entry']) }
