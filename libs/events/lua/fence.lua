-- Included first by the scripts that only a partition's owner may run. Takes the fence off the end of their keys and arguments, and
-- refuses the call when another worker has the lease by now. A lease that has run out and that nobody has taken still holds.
--
-- KEYS[last]        the lease, see acquire-lease.lua
-- ARGV[last-1]      the worker
-- ARGV[last]        the epoch of its lease
-- Replies           an error that begins with FENCED; nothing was done
local lease, epoch, owner = table.remove(KEYS), table.remove(ARGV), table.remove(ARGV)
local held = redis.call('HMGET', lease, 'owner', 'epoch')
if held[1] ~= owner or held[2] ~= epoch then
  return redis.error_reply('FENCED ' .. lease .. ' is not at epoch ' .. epoch .. ' of ' .. owner .. ' but at '
    .. (held[2] or 'none') .. ' of ' .. (held[1] and held[1] ~= '' and held[1] or 'nobody'))
end
