#!lua flags=allow-oom
-- A worker of a group tells that it is alive, and what it handles. From time to time one of the workers, for all of them, looks where
-- entries were left behind, and removes consumers that are gone. While entries are left, the others look, too, to take their share.
--
-- KEYS[1]    the group's watch, a hash: "seen <consumer>", "looked <stream>", "swept": when (ms since 1970, by this server's clock);
--            "handles <consumer>": what it said; "waiting <stream>": entries may wait for a worker that handles them
-- KEYS[2..]  the streams that this worker reads
-- ARGV[1]    group
-- ARGV[2]    consumer
-- ARGV[3]    how often one of the workers is to look at a stream, ms
-- ARGV[4]    after how long without a renewal an entry is left behind, ms
-- ARGV[5]    after how long unseen a consumer that holds nothing is gone, ms
-- ARGV[6]    how many of these are removed at most
-- ARGV[7]    what this worker handles, see take-waiting.lua: a line feed, and lines of a stream, a blank and a consumer's name
-- Replies    {after how many ms to ask again; places of the streams where something was left behind, from 1; place of a stream that
--            could not be looked at, why, place, …; places of the streams where something waits for a worker that handles it}
-- @all-rights
-- @include left-behind
local watch, group, consumer, idle = KEYS[1], ARGV[1], ARGV[2], ARGV[4]
local every, forget = tonumber(ARGV[3]), tonumber(ARGV[5])
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local nowText = string.format('%.0f', now)

local fields = { 'swept' }
for place = 2, #KEYS do fields[place] = 'looked ' .. KEYS[place] end
for place = 2, #KEYS do fields[#fields + 1] = 'waiting ' .. KEYS[place] end
fields[#fields + 1] = 'handles ' .. consumer
local times = redis.call('HMGET', watch, unpack(fields))
local changes = { 'seen ' .. consumer, nowText }
local function note(field)
  changes[#changes + 1], changes[#changes + 2] = field, nowText
end
-- In how many ms it is due; 0 for now. A time in the future was noted before the clock went back, and does not count.
local function waitFor(at, pause)
  at = tonumber(at or 0)
  return at <= now and math.max(0, at + pause - now) or 0
end

if times[#fields] ~= ARGV[7] then changes[3], changes[4] = fields[#fields], ARGV[7] end

local pause, left, failed, waiting = every, {}, {}, {}
for place = 2, #KEYS do
  local wait = waitFor(times[place], every)
  if wait > 0 then
    pause = math.min(pause, wait)
  else
    local rows = leftBehind(KEYS[place], group, idle, '-', 1)
    if rows.err then
      failed[#failed + 1], failed[#failed + 2] = place - 1, rows.err
    elseif #rows > 0 then
      left[#left + 1] = place - 1
    else
      note(fields[place])
    end
  end
  if times[#KEYS + place - 1] then waiting[#waiting + 1] = place - 1 end
end

-- @include sweeping

if waitFor(times[1], forget) == 0 then
  note('swept')
  local seen = {}
  local rows = redis.call('HGETALL', watch)
  for index = 1, #rows, 2 do
    local field, at = rows[index], tonumber(rows[index + 1])
    local name = string.match(field, '^seen (.*)$')
    if name and name ~= consumer then
      if at > now then note(field) end -- before the clock went back
      if now - at < forget then seen[name] = true else redis.call('HDEL', watch, field, 'handles ' .. name) end
    end
  end
  local most = tonumber(ARGV[6])
  for place = 2, #KEYS do most = most - #sweep(KEYS[place], group, consumer, forget, seen, most) end
end
redis.call('HSET', watch, unpack(changes))
return { pause, left, failed, waiting }
