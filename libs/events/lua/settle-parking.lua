-- Included by settle.lua: the rules about the parked events of a partition key, see `parked.lua` and the header of settle.lua.
--
-- Invariants:
--   mayNotSettle and whyNotByRule are called before the first write. whyNotByRule may remove items whose dead letters are gone: that is
--   right whether the settlement is applied or not.
--   applyRule is called after the dead letter was appended, and cannot fail: rights and the type of the list were checked.
-- Needs the preconditions.

-- @include parked
-- @constant PARKED_COMMANDS
-- @constant DEAD_LETTER_COMMANDS

-- TRYAGAIN is Redis' word for what may succeed a moment later.
local TOO_MANY_GONE = 'TRYAGAIN more parked events have lost their dead letters than are taken out in one call'

-- Why this user may not make the settlement; nil when it may. Target: the stream of its first event.
local function mayNotSettle(stream, becomes, shape, list, deadLetters, target)
  local notes = stream.notes
  local why
  if becomes then
    -- Once there is a note, later settlements of this call delete notes.
    why = mayNot('HGET', notes) or mayNot('HSET', notes) or mayNot('HDEL', notes)
  else
    why = mayNot('XACK', stream.key) or (hasNotes(notes) and mayNot('HDEL', notes))
  end
  if not why and target then why = mayNot('XADD', target) end
  if why or shape.rule == '' or shape.rule == 'unless-parked' then return why end
  for _, command in ipairs(PARKED_COMMANDS) do why = why or mayNot(command, list) end
  for _, command in ipairs(DEAD_LETTER_COMMANDS) do why = why or mayNot(command, deadLetters) end
  return why
end

-- Why a rule keeps a settlement from being applied, as a reply; nil when it does not.
local function whyNotByRule(rule, list, original, deadLetters)
  if rule == 'unless-parked' then
    if redis.call('EXISTS', list) == 1 then return { 'parked' } end
  elseif rule == 'follow' then
    local first = parkedFrom(0, list, deadLetters)
    if first == nil then return { 'none-parked' } end
    if first == false then return { 'error', TOO_MANY_GONE } end
  elseif rule == 'release' then
    -- The first will be removed, and the second replayed.
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
