-- Included by the scripts that need it: a key's parked events, and how a dead letter comes back.
--
-- While an event of a key is a dead letter, those that follow it are parked: a list holds, for one handler and key,
-- "entry id of the original, blank, id of its dead letter" in the order of the stream; "-" stands for the dead letter of
-- one that is being replayed.

-- @include entry-ids

local UNDER_WAY = '-'

local function letterOf(item) return string.match(item, '%S+$') end

-- The place of an original in the list, and what stands there; from the end, where it mostly is.
local function findParked(list, original)
  local place = -1
  while true do
    local item = redis.call('LINDEX', list, place)
    if not item then return nil end
    local id = string.match(item, '^%S+')
    if id == original then return place, item end
    if isBefore(id, original) then return nil, nil, place end
    place = place - 1
  end
end

-- Parks an original whose dead letter is new; it may be in the list already, with an earlier one.
local function park(list, original, letter)
  local item = original .. ' ' .. letter
  local place, _, before = findParked(list, original)
  if place then
    redis.call('LSET', list, place, item)
  elseif before == -1 then
    redis.call('RPUSH', list, item)
  elseif before then
    redis.call('LINSERT', list, 'AFTER', redis.call('LINDEX', list, before), item)
  else
    redis.call('LPUSH', list, item)
  end
end

-- Takes an original out of the list. Returns whether it was the first.
local function unpark(list, original)
  local first = redis.call('LINDEX', list, 0)
  local _, item = findParked(list, original)
  if item then redis.call('LREM', list, 1, item) end
  return item ~= nil and item == first
end

-- The first of the list whose dead letter is there, or that is being replayed: those before it were deleted or trimmed,
-- and nobody could ever replay them.
local function firstParked(list, letters)
  while true do
    local item = redis.call('LINDEX', list, 0)
    if not item then return nil end
    local letter = letterOf(item)
    if letter == UNDER_WAY or #redis.call('XRANGE', letters, letter, letter) > 0 then return item end
    redis.call('LPOP', list)
  end
end

-- A dead letter's fields as the entry that its group gets again: the original's, and where it came from.
local function replayOf(letter, editedData)
  local about, entry = { replays = '0' }, {}
  for index = 1, #letter, 2 do
    local name, value = letter[index], letter[index + 1]
    local original = string.match(name, '^entry%.(.*)$')
    if not original then
      about[name] = value
    elseif not (editedData and original == 'data') then
      entry[#entry + 1], entry[#entry + 2] = original, value
    end
  end
  local added = {
    { 'replay_stream', about.stream }, { 'replay_id', about.entry_id }, { 'replay_handler', about.handler },
    { 'replay_count', string.format('%d', tonumber(about.replays) + 1) },
  }
  if editedData then table.insert(added, 1, { 'data', editedData }) end
  for _, pair in ipairs(added) do entry[#entry + 1], entry[#entry + 2] = pair[1], pair[2] end
  return entry
end

-- Replays the first of the list, unless it is on its way already.
local function replayNext(list, letters, replays)
  local item = firstParked(list, letters)
  local id = item and letterOf(item)
  if not item or id == UNDER_WAY then return end
  local letter = redis.call('XRANGE', letters, id, id)[1]
  redis.call('XDEL', letters, id)
  redis.call('XADD', replays, '*', unpack(replayOf(letter[2])))
  redis.call('LSET', list, 0, string.match(item, '^%S+') .. ' ' .. UNDER_WAY)
end
