#!lua flags=allow-oom
-- Trims a stream from its beginning, a bounded number of entries at a time: what is too old or too many, but nothing
-- that a group has still to handle, unless the stream is beyond its hard limit.
--
-- KEYS[1]    the stream
-- ARGV[1]    entries older than this id may go; '' for no limit of age
-- ARGV[2]    how many entries may stay; '' for no limit
-- ARGV[3]    beyond how many entries the first ones go whatever a group has to do with them; '' for no limit
-- ARGV[4]    how many entries to look at
-- Replies    {how many were trimmed; whether there may be more to trim, 1 or 0; how many are left;
--            the group that has still to handle what could go, or ''; group, number of its entries that were dropped
--            before it had handled them, group, number, …}
local stream, most = KEYS[1], tonumber(ARGV[4])
-- @include entry-ids

local length = redis.call('XLEN', stream)
local excess = ARGV[2] ~= '' and length - tonumber(ARGV[2]) or 0
local beyond = ARGV[3] ~= '' and length - tonumber(ARGV[3]) or 0

-- What each group has still to handle begins with its first pending entry, or with the first that it was not given.
local groups = {}
local keepFrom, keeper
if length > 0 then
  for _, row in ipairs(redis.call('XINFO', 'GROUPS', stream)) do
    local info = {}
    for index = 1, #row, 2 do info[row[index]] = row[index + 1] end
    local pending = redis.call('XPENDING', stream, info.name)
    local unread = redis.call('XRANGE', stream, '(' .. info['last-delivered-id'], '+', 'COUNT', 1)[1]
    -- The lesser of both: after SETID backwards there are pending entries behind unread ones.
    local from = unread and unread[1]
    if pending[2] and (not from or isBefore(pending[2], from)) then from = pending[2] end
    groups[#groups + 1] = { name = info.name, last = info['last-delivered-id'], dropped = 0 }
    if from and (not keepFrom or isBefore(from, keepFrom)) then keepFrom, keeper = from, info.name end
  end
end

local entries = redis.call('XRANGE', stream, '-', '+', 'COUNT', most + 1)
local trimmed, heldBack, dropping = 0, '', {}
for index = 1, math.min(#entries, most) do
  local id = entries[index][1]
  local isWanted = index <= excess or (ARGV[1] ~= '' and isBefore(id, ARGV[1]))
  local isFree = not keepFrom or isBefore(id, keepFrom)
  if index <= beyond then
    if not isFree then dropping[#dropping + 1] = id end
  elseif not isWanted then
    break
  elseif not isFree then
    heldBack = keeper
    break
  end
  trimmed = index
end
for _, group in ipairs(groups) do
  for _, id in ipairs(dropping) do
    if isBefore(group.last, id) or #redis.call('XPENDING', stream, group.name, id, id, 1) > 0 then
      group.dropped = group.dropped + 1
    end
  end
end
if trimmed > 0 then
  local keep = entries[trimmed + 1]
  if keep then redis.call('XTRIM', stream, 'MINID', '=', keep[1]) else redis.call('XTRIM', stream, 'MAXLEN', '=', 0) end
end

local report = {}
for _, group in ipairs(groups) do
  if group.dropped > 0 then report[#report + 1], report[#report + 2] = group.name, group.dropped end
end
return { trimmed, trimmed == most and 1 or 0, length - trimmed, heldBack, report }
