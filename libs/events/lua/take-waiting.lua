#!lua flags=allow-oom
-- Takes entries that wait for a worker that handles them, see wait-for-handler.lua: those that this worker handles, and overdue ones that
-- no living worker handles.
--
-- KEYS[1]    the stream
-- KEYS[2]    the group's watch, see look.lua
-- ARGV[1]    group
-- ARGV[2]    consumer
-- ARGV[3]    after how long an entry is overdue, ms
-- ARGV[4]    for how long a worker counts as alive after it was seen, ms
-- ARGV[5]    how many at most
-- ARGV[6..]  the names of the consumers under which entries wait that this worker handles
-- Replies    {entries, each {id, fields, deliveries before this one, 1 for one that is overdue}; ids of entries that are gone}
-- @all-rights
-- @include waiting
-- @include consumers
local stream, watch, group, consumer, room = KEYS[1], KEYS[2], ARGV[1], ARGV[2], tonumber(ARGV[5])
local handles = {}
for index = 6, #ARGV do handles[ARGV[index]] = true end

-- Names, by stream, that other living workers handle.
local others
local function isHandledByOther(name)
  if not others then
    others = {}
    local time = redis.call('TIME')
    local now = time[1] * 1000 + math.floor(time[2] / 1000)
    local about = {}
    local rows = redis.call('HGETALL', watch)
    for index = 1, #rows, 2 do about[rows[index]] = rows[index + 1] end
    for field, value in pairs(about) do
      local worker = string.match(field, '^handles (.*)$')
      local seen = worker and tonumber(about['seen ' .. worker] or 0)
      -- A time in the future was noted before the clock went back: it counts as seen.
      if worker and worker ~= consumer and now - seen < tonumber(ARGV[4]) then others[#others + 1] = value end
    end
  end
  for _, value in ipairs(others) do
    if string.find(value, '\n' .. stream .. ' ' .. name .. '\n', 1, true) then return true end
  end
  return false
end

local entries, vanished, left = {}, {}, false
for _, about in ipairs(consumersOf(stream, group)) do
  local name = about.name
  if isWaiting(name) and about.pending == 0 then
    redis.call('XGROUP', 'DELCONSUMER', stream, group, name)
  elseif isWaiting(name) then
    local rows = {}
    if room > 0 and handles[name] then
      rows = redis.call('XPENDING', stream, group, '-', '+', room, name)
    elseif room > 0 and not isHandledByOther(name) then
      rows = redis.call('XPENDING', stream, group, 'IDLE', ARGV[3], '-', '+', room, name)
    end
    local taken = 0
    for _, row in ipairs(rows) do
      local id, deliveries = row[1], row[4]
      local entry = redis.call('XRANGE', stream, id, id)[1]
      if entry then
        entries[#entries + 1] = { id, entry[2], deliveries, handles[name] and 0 or 1 }
        redis.call('XCLAIM', stream, group, consumer, 0, id, 'RETRYCOUNT', deliveries + 1, 'JUSTID')
        taken = taken + 1
      else
        vanished[#vanished + 1] = id
      end
    end
    room = room - #rows
    if taken == about.pending then redis.call('XGROUP', 'DELCONSUMER', stream, group, name) else left = true end
  end
end
if not left then redis.call('HDEL', watch, 'waiting ' .. stream) end
return { entries, vanished }
