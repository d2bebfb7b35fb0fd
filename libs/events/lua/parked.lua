-- Included where needed: the parked events of a partition key, and the replay of a dead letter.
--
-- While an event of a key is a dead letter, those that follow it are parked: a list holds, for one handler and key,
-- "entry id of the original, blank, id of its dead letter" in the order of the stream; "-" stands for the dead letter of
-- one that is being replayed.

-- @include entry-ids
-- @constant MAX_VALUES

local UNDER_WAY = '-'

local function deadLetterOf(item) return string.match(item, '%S+$') end

-- The place of an original in the list, from 0, and its item; or nil, nil, and how many items come before it. The list is in the order of
-- the stream. It is searched at the end, where a new one belongs, then at the beginning, where a replayed one stands, then by bisection.
local function findParked(list, original)
  local low, high, probes = 0, redis.call('LLEN', list) - 1, 0
  while low <= high do
    local place = probes == 0 and high or probes == 1 and low or math.floor((low + high) / 2)
    probes = probes + 1
    local item = redis.call('LINDEX', list, place)
    local id = string.match(item, '^%S+')
    if id == original then return place, item end
    if isBefore(id, original) then low = place + 1 else high = place - 1 end
  end
  return nil, nil, low
end

-- Parks an original whose dead letter is new; it may be in the list already, with an earlier one.
local function park(list, original, deadLetter)
  local item = original .. ' ' .. deadLetter
  local place, _, before = findParked(list, original)
  if place then
    redis.call('LSET', list, place, item)
  elseif before == 0 then
    redis.call('LPUSH', list, item)
  elseif before == redis.call('LLEN', list) then
    redis.call('RPUSH', list, item)
  else
    redis.call('LINSERT', list, 'BEFORE', redis.call('LINDEX', list, before), item)
  end
end

local function removeParked(list, place, item)
  if place == 0 then
    redis.call('LPOP', list)
  else
    -- From the end that is nearer.
    redis.call('LREM', list, place < redis.call('LLEN', list) / 2 and 1 or -1, item)
  end
end

-- Takes an original out of the list. Returns whether it was the first.
local function unpark(list, original)
  local place, item = findParked(list, original)
  if place then removeParked(list, place, item) end
  return place == 0
end

-- How many items without dead letters one call may still remove.
local removals = 1000

-- The first item at a place or after it whose dead letter is there, or is being replayed; nil for none. The items before it are removed:
-- their dead letters were deleted or trimmed, and nobody could ever replay them. False when they are too many for one call: the next
-- call goes on.
local function parkedFrom(place, list, deadLetters)
  while true do
    local item = redis.call('LINDEX', list, place)
    if not item then return nil end
    local deadLetter = deadLetterOf(item)
    if deadLetter == UNDER_WAY or #redis.call('XRANGE', deadLetters, deadLetter, deadLetter) > 0 then return item end
    if removals == 0 then return false end
    removals = removals - 1
    removeParked(list, place, item)
  end
end

-- The fields of a dead letter's original, from its stream; nil when it is gone, or another entry is in its place. A forged dead letter may
-- name any entry.
local function originalOf(stream, about, kept)
  local found = redis.pcall('XRANGE', stream, about.entry_id or '', about.entry_id or '')
  local fields = not found.err and found[1] and found[1][2]
  if not fields then return nil end
  local values = {} -- by name; a name may be there several times
  for index = 1, #fields, 2 do
    local name = fields[index]
    values[name] = values[name] or {}
    values[name][fields[index + 1]] = true
  end
  for index = 1, #kept, 2 do
    local name, value = kept[index], kept[index + 1]
    if not (values[name] and values[name][value]) then return nil end
  end
  return fields
end

-- The fields of a dead letter's replay: those of the original, and where it comes from. Nil and a status when there is none: 'unfit' when
-- the original had too many fields; 'lost' when the dead letter has only a part of it, and its stream has it no more.
local function replayOf(deadLetter, editedData, stream)
  local about, original = {}, {}
  for index = 1, #deadLetter, 2 do
    local name, value = deadLetter[index], deadLetter[index + 1]
    local field = string.match(name, '^entry%.(.*)$')
    if not field then
      about[name] = value
    else
      original[#original + 1], original[#original + 2] = field, value
    end
  end
  if about.entry_bytes then
    original = originalOf(stream, about, original)
    if not original then return nil, 'lost' end
  end
  local entry = {}
  for index = 1, #original, 2 do
    if not (editedData and original[index] == 'data') then
      entry[#entry + 1], entry[#entry + 2] = original[index], original[index + 1]
    end
  end
  if #original == 0 then return nil, 'unfit' end
  -- A dead letter that was written by hand may lack any field, or have any value.
  local replays = tonumber(about.replays) or 0
  if not (replays >= 0 and replays < 2 ^ 53) then replays = 0 end
  local added = {
    { 'replay_stream', about.stream or '' }, { 'replay_id', about.entry_id or '' },
    { 'replay_handler', about.handler or '-' }, { 'replay_count', string.format('%.0f', math.floor(replays) + 1) },
  }
  if editedData then table.insert(added, 1, { 'data', editedData }) end
  for _, pair in ipairs(added) do entry[#entry + 1], entry[#entry + 2] = pair[1], pair[2] end
  if #entry > MAX_VALUES then return nil, 'unfit' end
  return entry
end

-- Replays the first of the list, unless it is being replayed already or cannot be replayed: then its key stays parked.
local function replayNext(list, stream, deadLetters, replays)
  local item = parkedFrom(0, list, deadLetters)
  local id = item and deadLetterOf(item)
  if not item or id == UNDER_WAY then return end
  local entry = replayOf(redis.call('XRANGE', deadLetters, id, id)[1][2], nil, stream)
  -- An error must not end the script, which has written already: the dead letter stays the first of its key.
  if not entry or type(redis.pcall('XADD', replays, '*', unpack(entry))) == 'table' then return end
  redis.call('XDEL', deadLetters, id)
  redis.call('LSET', list, 0, string.match(item, '^%S+') .. ' ' .. UNDER_WAY)
end
