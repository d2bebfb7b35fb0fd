#!lua flags=no-writes
-- XRANGE with a limit in bytes: an entry can be of any size.
--
-- KEYS[1]   the stream
-- ARGV[1]   XRANGE or XREVRANGE
-- ARGV[2]   where to begin: an entry id, "(" before one leaves it out, "-" or "+"
-- ARGV[3]   where to end, likewise
-- ARGV[4]   how many entries at most
-- ARGV[5]   after how many bytes of whole entries to stop; the last entry may exceed it
-- ARGV[6]   bytes up to which an entry is replied as it is
-- ARGV[7]   bytes of a name and of a value of a larger one
-- ARGV[8]   bytes of its fields that are not named below
-- ARGV[9..] names of fields
-- Replies   {1 when nothing of the range is left, entries as parts.lua has them}

-- @include parts
local command, from, to = ARGV[1], ARGV[2], ARGV[3]
local count, budget = tonumber(ARGV[4]), tonumber(ARGV[5])
local bounds = boundsOf(ARGV[6], ARGV[7], ARGV[8], { unpack(ARGV, 9) })
local found, bytes = {}, 0
while #found < count and bytes < budget do
  local reply = redis.pcall(command, KEYS[1], from, to, 'COUNT', 1)
  if reply.err then
    -- After the highest of all ids there is none.
    if string.find(reply.err, 'ID for the interval', 1, true) then return { 1, found } end
    return reply
  end
  local entry = reply[1]
  if not entry then return { 1, found } end
  local seen, size = lookedAt(entry, bounds)
  found[#found + 1] = seen
  bytes = bytes + size
  from = '(' .. entry[1]
end
return { 0, found }
