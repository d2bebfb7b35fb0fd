-- Included by settle.lua: the events of a key while one of them is a dead letter; see `parked.lua`, and the rules in the header of
-- settle.lua.
--
-- Invariants:
--   mayNotSettle and whyNotByRule come before the first write. whyNotByRule may take entries out of the list whose dead letters are
--   gone: that is right whatever becomes of the settlement.
--   applyRule comes after the dead letter was appended, and cannot fail: rights were checked, and the list is a list by then.
-- Needs the preconditions.

-- @include parked

-- It begins as what Redis says of what may succeed a moment later.
local TOO_MANY_GONE = 'TRYAGAIN more parked events have lost their dead letters than are taken out in one call'

local PARKING = { 'LLEN', 'LINDEX', 'LSET', 'LPUSH', 'RPUSH', 'LINSERT', 'LPOP', 'LREM' }

-- Why this user may not settle as it is asked to; nil when it may. What it appends goes to another key than what it reads.
local function mayNotSettle(stream, becomes, shape, list, deadLetters, target)
  local notes = stream.notes
  local why
  if becomes then
    -- Where a note comes into being, what follows in this call will delete notes.
    why = mayNot('HGET', notes) or mayNot('HSET', notes) or mayNot('HDEL', notes)
  else
    why = mayNot('XACK', stream.key) or (hasNotes(notes) and mayNot('HDEL', notes))
  end
  if not why and target then why = mayNot('XADD', target) end
  if why or shape.rule == '' or shape.rule == 'free' then return why end
  for _, command in ipairs(PARKING) do why = why or mayNot(command, list) end
  for _, command in ipairs({ 'TYPE', 'XRANGE', 'XDEL', 'XADD' }) do why = why or mayNot(command, deadLetters) end
  return why
end

-- Why a rule keeps a settlement from being applied, as a reply; nil when it does not.
local function whyNotByRule(rule, list, original, deadLetters)
  if rule == 'free' then
    if redis.call('EXISTS', list) == 1 then return { 'parked' } end
  elseif rule == 'follow' then
    local first = parkedFrom(0, list, deadLetters)
    if first == nil then return { 'free' } end
    if first == false then return { 'error', TOO_MANY_GONE } end
  elseif rule == 'release' then
    -- The first goes, and the second is replayed.
    if findParked(list, original) == 0 and parkedFrom(1, list, deadLetters) == false then return { 'error', TOO_MANY_GONE } end
  end
end

-- deadLetter: the id of the dead letter that was appended, for the rules that make one
local function applyRule(rule, list, original, deadLetter, source, deadLetters, replays)
  if rule == 'park' or rule == 'follow' or (rule == 'return' and findParked(list, original)) then
    park(list, original, deadLetter)
  end
  if rule == 'release' and unpark(list, original) then replayNext(list, source, deadLetters, replays) end
end
