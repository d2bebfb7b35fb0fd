-- Takes a dead letter away, once, however many try at once: to replay it, or to discard it. Who deletes it acts.
--
-- KEYS[1]    the dead letters
-- KEYS[2]    their history
-- KEYS[3]    where replays go, when it is to be replayed
-- ARGV[1]    the dead letter's id
-- ARGV[2]    how many entries the history keeps, about
-- ARGV[3]    number of fields and values for the history; fields and values
-- then       number of fields and values of the replayed entry; fields and values
-- Replies    nil when the dead letter is gone; else the replayed entry's id, or '' when it was discarded
for index = 2, #KEYS do
  local kind = redis.call('TYPE', KEYS[index]).ok
  if kind ~= 'stream' and kind ~= 'none' then
    return redis.error_reply('WRONGTYPE ' .. KEYS[index] .. ' holds a ' .. kind .. ', not a stream')
  end
end
if redis.call('XDEL', KEYS[1], ARGV[1]) == 0 then return false end
local count = tonumber(ARGV[3])
redis.call('XADD', KEYS[2], 'MAXLEN', '~', ARGV[2], '*', unpack(ARGV, 4, 3 + count))
if not KEYS[3] then return '' end
return redis.call('XADD', KEYS[3], '*', unpack(ARGV, 5 + count))
