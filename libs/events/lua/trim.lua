#!lua flags=allow-oom
-- Trims a stream from its beginning, a bounded number of entries in each call: entries that are too old or too many, but none that a group
-- has still to handle, unless the stream is beyond its hard limit.
--
-- A stream consists of nodes of up to 100 entries, or 4096 bytes. Whole nodes are trimmed without reading entries. Only where a limit falls
-- within a node are entries read, since there is no other way to learn their ids: few at a time, since each is copied whole.
--
-- KEYS[1]    the stream
-- KEYS[2]    who trims it in the background, if this is such a call: then only that process does
-- ARGV[1]    entries older than this id may go; '' for no limit of age
-- ARGV[2]    how many entries may stay; '' for no limit
-- ARGV[3]    beyond how many entries the first ones go whatever a group has to do with them; '' for no limit
-- ARGV[4]    how many entries to look at, or to trim
-- ARGV[5]    how many bytes of entries to look at, about
-- ARGV[6]    with KEYS[2]: this process
-- ARGV[7]    with KEYS[2]: how long it is the one after this call, ms
-- Replies    {how many were trimmed; whether there may be more to trim, 1 or 0; how many are left;
--            the group that has still to handle what could go, or ''; group, number of its entries that were dropped
--            before it had handled them, group, number, …}; nil when another process trims the stream
-- @all-rights
local stream, most, mostBytes = KEYS[1], tonumber(ARGV[4]), tonumber(ARGV[5])
-- @include entry-ids

if KEYS[2] then
  local trimmer = redis.call('GET', KEYS[2])
  if trimmer and trimmer ~= ARGV[6] then return nil end
  redis.call('SET', KEYS[2], ARGV[6], 'PX', ARGV[7])
end

local AGE = ARGV[1] ~= '' and ARGV[1]
local LAST_ID = '18446744073709551615-18446744073709551615'
local length = redis.call('XLEN', stream)
local excess = ARGV[2] ~= '' and length - tonumber(ARGV[2]) or 0
local beyond = ARGV[3] ~= '' and length - tonumber(ARGV[3]) or 0
if length == 0 or (not AGE and excess <= 0 and beyond <= 0) then return { 0, 0, length, '', {} } end

local function earlier(one, other)
  return isBefore(one, other) and one or other
end

-- What follows an id; where numbers are not exact any more, the id itself, which keeps one entry more.
local function after(id)
  local ms, sequence = string.match(id, '^(%d+)-(%d+)$')
  return tonumber(sequence) < 2 ^ 53 - 1 and ms .. '-' .. string.format('%.0f', tonumber(sequence) + 1) or id
end

-- What each group has still to handle begins with its first pending entry, or with the first that it was not given. The
-- lesser of both: after SETID backwards there are pending entries behind unread ones.
local groups = {}
local keepFrom, keeper
for _, row in ipairs(redis.call('XINFO', 'GROUPS', stream)) do
  local info = {}
  for index = 1, #row, 2 do info[row[index]] = row[index + 1] end
  local from = after(info['last-delivered-id'])
  local pending = redis.call('XPENDING', stream, info.name)[2]
  if pending then from = earlier(pending, from) end
  groups[#groups + 1] = { name = info.name, last = info['last-delivered-id'], dropped = 0 }
  if not keepFrom or isBefore(from, keepFrom) then keepFrom, keeper = from, info.name end
end

if beyond <= 0 then
  local trimmed = AGE and redis.call('XTRIM', stream, 'MINID', '~', earlier(AGE, keepFrom or LAST_ID), 'LIMIT', most) or 0
  if trimmed == 0 and excess > 0 then
    trimmed = redis.call('XTRIM', stream, 'MINID', '~', keepFrom or LAST_ID, 'LIMIT', math.min(most, excess))
  end
  if trimmed > 0 then return { trimmed, 1, length - trimmed, '', {} } end
end

-- The first entries, each read when it is asked for, in steps that grow as long as they are small.
local ids, bytes, step, isEnd = {}, 0, 1, false
local function idOf(index)
  while index > #ids and not isEnd do
    if #ids > 1 and (#ids > most or bytes > mostBytes) then return nil end
    local from = ids[1] and '(' .. ids[#ids] or '-'
    local entries = redis.call('XRANGE', stream, from, '+', 'COUNT', step)
    isEnd = #entries < step
    for _, entry in ipairs(entries) do
      ids[#ids + 1] = entry[1]
      for _, text in ipairs(entry[2]) do bytes = bytes + #text end
    end
    step = math.max(1, math.min(step * 2, most + 1 - #ids, math.floor((mostBytes - bytes) * #ids / (bytes + 1))))
  end
  return ids[index]
end

local function isFree(id)
  return not keepFrom or isBefore(id, keepFrom)
end

local trimmed, heldBack, isDone = 0, '', false
while not isDone do
  local index = trimmed + 1
  local id = idOf(index)
  if not id then break end
  local isWanted = index <= excess or (AGE and isBefore(id, AGE))
  if index <= beyond or (isWanted and isFree(id)) then
    trimmed = index
  else
    if isWanted then heldBack = keeper end
    isDone = true
  end
end
-- Where the next entry was not looked at any more, the last one stays until the next call.
if not isDone and not isEnd then trimmed = trimmed - 1 end
for index = 1, trimmed do
  local id = ids[index]
  for _, group in ipairs(isFree(id) and {} or groups) do
    if isBefore(group.last, id) or #redis.call('XPENDING', stream, group.name, id, id, 1) > 0 then
      group.dropped = group.dropped + 1
    end
  end
end
if trimmed > 0 then
  local keep = ids[trimmed + 1]
  if keep then redis.call('XTRIM', stream, 'MINID', '=', keep) else redis.call('XTRIM', stream, 'MAXLEN', '=', 0) end
end

local report = {}
for _, group in ipairs(groups) do
  if group.dropped > 0 then report[#report + 1], report[#report + 2] = group.name, group.dropped end
end
return { trimmed, (isDone or isEnd) and 0 or 1, length - trimmed, heldBack, report }
