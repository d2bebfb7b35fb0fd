#!lua flags=allow-oom
-- A worker of a group tells that it is alive and what it owns, and learns the same about the others. Those whose time has run out are
-- removed.
--
-- KEYS[1]    a hash, by worker: "until when it is alive (ms since 1970, by this server's clock), blank, for how long from its
--            heartbeat on (ms), blank, what it has told"
-- ARGV[1]    worker
-- ARGV[2]    for how long it counts as alive, ms; 0 when it leaves
-- ARGV[3]    what it tells: the numbers of its partitions, with commas between them; then, after a blank, those of partitions that
--            hold something that it does not handle, if there are any
-- Replies    worker, what it has told, worker, … of all that are alive
-- @all-rights
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local function tell(worker, lasts, told)
  redis.call('HSET', KEYS[1], worker, string.format('%.0f', now + lasts) .. ' ' .. lasts .. ' ' .. told)
end
if ARGV[2] == '0' then redis.call('HDEL', KEYS[1], ARGV[1]) else tell(ARGV[1], ARGV[2], ARGV[3]) end
local alive = {}
local rows = redis.call('HGETALL', KEYS[1])
for index = 1, #rows, 2 do
  local till, lasts, told = string.match(rows[index + 1], '^(%d+) (%d+) (.*)$')
  if tonumber(till) > now then
    alive[#alive + 1], alive[#alive + 2] = rows[index], told
    -- After the clock has gone back, a dead worker must not count as alive for that much longer.
    if tonumber(till) > now + lasts then tell(rows[index], lasts, told) end
  else
    redis.call('HDEL', KEYS[1], rows[index])
  end
end
return alive
