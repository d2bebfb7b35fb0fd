#!lua flags=allow-oom
-- Settles deliveries, several in one call, each of them whole or not at all: the token of a commit is the entry's place
-- in the pending list, so effects are there once, however often the event was delivered.
--
-- Order: is it still ours, do the reads still hold, does every write fit; then acknowledge, write, publish. Redis does
-- not roll a script back, so nothing that can fail comes after the first write. It runs when memory is short, too:
-- workers that could not settle could not free any.
--
-- KEYS       streams, notes, keys of transactions: named below by their place in KEYS
-- ARGV[1]    group
-- ARGV[2]    consumer
-- ARGV[3]    number of settlements; then for each:
--   place of the stream
--   place of the group's hash of delivery notes: "entry id|handler" -> "done", or what is known of failures
--   entry id
--   event_id, '' for an entry that could not be decoded
--   this handler's field in the notes
--   what the note becomes; '' to acknowledge: the notes are deleted then
--   number of note fields to delete on acknowledgement; the fields
--   what to do about the event's key, see below; then, unless that is '': place of the list of its parked events, the
--     original's entry id, the places of the dead letters and of the group's replays
--   number of reads; for each: command, place of its key, number of arguments, arguments, SHA-1 of its reply
--   number of writes; for each: command, type of its key ('' for any), what must hold an integer ('' for nothing,
--     '=' for the key's own value, ':field' for a hash field), place of its key, number of arguments, arguments
--   number of events; for each: place of its stream, number of fields and values, fields and values
-- The event's key:
--   'free'     go on only while none of its events is parked
--   'park'     the event becomes a dead letter, the first of 'events'; those that follow it are parked from now on
--   'follow'   the same, only while others are parked
--   'return'   the event was replayed and is a dead letter again, the first of 'events': it takes its old place
--   'release'  the event was replayed and is done: the next that is parked is replayed
-- Replies    for each settlement:
--            {'committed', entry ids of the events}    applied now
--            {'settled'}                               applied before, by us or somebody else; nothing done
--            {'lost', consumer}                        another consumer owns it now; nothing done
--            {'conflict', key}                         a read no longer holds; nothing done
--            {'refused', why}                          a write does not fit; nothing done
--            {'parked'} {'free'}                       others are parked, or none is; nothing done
--            {'error', message}                        what Redis said, such as NOGROUP
local group, consumer = ARGV[1], ARGV[2]
local at = 3

local function take()
  at = at + 1
  return ARGV[at]
end
local function takeKey() return KEYS[tonumber(take())] end
local function takeAll() -- a count, then as many values: their first and last place in ARGV
  local count = tonumber(take())
  local first = at + 1
  at = at + count
  return first, at
end

-- A reply as one string, so that two replies are equal exactly when their strings are: "-" for none, "$length:bytes",
-- "*count:" and the items. Hashes and sets have no order, so theirs are sorted.
local function byBytes(a, b) -- "<" would ask the locale of the server's environment
  for place = 1, math.min(#a, #b) do
    local one, other = string.byte(a, place), string.byte(b, place)
    if one ~= other then return one < other end
  end
  return #a < #b
end
local UNORDERED = { HGETALL = 2, SMEMBERS = 1 }
local function flatten(reply, step)
  if not reply then return '-' end
  if type(reply) == 'number' then reply = tostring(reply) end
  if type(reply) == 'string' then return '$' .. #reply .. ':' .. reply end
  local parts = {}
  for index = 1, #reply, step or 1 do
    local part = flatten(reply[index])
    if step == 2 then part = part .. flatten(reply[index + 1]) end
    parts[#parts + 1] = part
  end
  if step then table.sort(parts, byBytes) end
  return '*' .. #reply .. ':' .. table.concat(parts)
end

-- Why a read no longer holds, as a reply; nil when it does.
local function broken(read)
  local reply = redis.pcall(read.command, read.key, unpack(ARGV, read.first, read.last))
  if type(reply) == 'table' and reply.err then
    return { 'refused', read.command .. ' ' .. read.key .. ': ' .. reply.err }
  end
  if redis.sha1hex(flatten(reply, UNORDERED[read.command])) ~= read.digest then return { 'conflict', read.key } end
end

-- What Lua can pass on to a command, with some to spare.
local MOST_VALUES = 7900

local function whole(value) -- Redis takes neither "007" nor "-0"
  return value == '0' or string.match(value, '^-?[1-9]%d*$')
end

-- A user who may run scripts but not every command would be stopped in the middle. Keys need no question: nobody gets
-- as far as this without the right to all of KEYS.
local allowed = {}
local function forbidden(command, key, ...) -- with its arguments: newer servers count them
  if allowed[command] == nil then allowed[command] = redis.acl_check_cmd(command, key, ...) end
  if not allowed[command] then return command .. ' ' .. key .. ': this Redis user may not (see ACL)' end
end

-- What is the same for all settlements of one call is asked for once.
local kinds = {}
local function kindOf(stream)
  if not kinds[stream] then kinds[stream] = redis.call('TYPE', stream).ok end
  return kinds[stream]
end
local noted = {}
local function hasNotes(notes)
  if noted[notes] == nil then noted[notes] = redis.call('EXISTS', notes) == 1 end
  return noted[notes]
end

-- Why a write does not fit, in words; nil when it does.
local function misfit(write)
  if write.last - write.first >= MOST_VALUES then
    return write.command .. ' ' .. write.key .. ': expected at most ' .. MOST_VALUES .. ' values'
  end
  local actual
  if write.kind == 'stream' then actual = kindOf(write.key) else actual = redis.call('TYPE', write.key).ok end
  if write.kind ~= '' and actual ~= 'none' and actual ~= write.kind then
    return write.command .. ' ' .. write.key .. ': expected a ' .. write.kind .. ', it holds a ' .. actual
  end
  if write.field ~= '' and actual ~= 'none' then
    local value
    if write.field == '=' then
      value = redis.call('GET', write.key)
    else
      value = redis.call('HGET', write.key, string.sub(write.field, 2))
    end
    -- 15 digits keep every sum of two within the 64 bits that Redis counts in.
    if value and (not whole(value) or #value > 15) then
      return write.command .. ' ' .. write.key .. ': expected an integer of at most 15 digits, it holds '
        .. string.sub(value, 1, 40)
    end
  end
  if write.command == 'XADD' then return forbidden('XADD', write.key, '*', unpack(ARGV, write.first, write.last)) end
  return forbidden(write.command, write.key, unpack(ARGV, write.first, write.last))
end

-- Reads one settlement's arguments, all of them whatever comes of it: the next one begins behind them.
local function takeSettlement()
  local settlement = { stream = takeKey(), notes = takeKey(), id = take(), eventId = take(), note = take(), becomes = take() }
  settlement.firstNote, settlement.lastNote = takeAll()
  local key = { rule = take() }
  if key.rule ~= '' then
    key.list, key.original, key.letters, key.replays = takeKey(), take(), takeKey(), takeKey()
  end
  settlement.key = key
  settlement.reads, settlement.writes, settlement.events = {}, {}, {}
  for index = 1, tonumber(take()) do
    local read = { command = take(), key = takeKey() }
    read.first, read.last = takeAll()
    read.digest = take()
    settlement.reads[index] = read
  end
  for index = 1, tonumber(take()) do
    local write = { command = take(), kind = take(), field = take(), key = takeKey() }
    write.first, write.last = takeAll()
    settlement.writes[index] = write
  end
  for index = 1, tonumber(take()) do
    local event = { command = 'XADD', kind = 'stream', field = '', key = takeKey() }
    event.first, event.last = takeAll()
    settlement.events[index] = event
  end
  return settlement
end

-- @include parked

-- Why nothing is to be done, as a reply; nil when the settlement can be applied. Changes nothing.
local function objection(settlement)
  local stream, id, key = settlement.stream, settlement.id, settlement.key
  local owner = redis.call('XPENDING', stream, group, id, id, 1)[1]
  if not owner then return { 'settled' } end
  if owner[2] ~= consumer then return { 'lost', owner[2] } end
  if hasNotes(settlement.notes) and redis.call('HGET', settlement.notes, settlement.note) == 'done' then
    return { 'settled' }
  end
  if settlement.eventId ~= '' then
    -- A stream that was deleted and made anew can hold another event under the same id.
    local entry = redis.call('XRANGE', stream, id, id)[1]
    local fields = entry and entry[2] or {}
    for index = 1, #fields, 2 do
      if fields[index] == 'event_id' and fields[index + 1] ~= settlement.eventId then return { 'settled' } end
    end
  end
  if key.rule == 'free' and redis.call('EXISTS', key.list) == 1 then return { 'parked' } end
  if key.rule == 'follow' and not firstParked(key.list, key.letters) then return { 'free' } end
  for _, read in ipairs(settlement.reads) do
    local reply = broken(read)
    if reply then return reply end
  end
  for _, part in ipairs({ settlement.writes, settlement.events }) do
    for _, write in ipairs(part) do
      local why = misfit(write)
      if why then return { 'refused', why } end
    end
  end
  local why = forbidden('XACK', stream, group, id) or forbidden('HDEL', settlement.notes, settlement.note)
    or forbidden('HSET', settlement.notes, settlement.note, '')
  if why then return { 'refused', why } end
end

local function apply(settlement)
  local stream, notes, key = settlement.stream, settlement.notes, settlement.key
  if settlement.becomes == '' then
    redis.call('XACK', stream, group, settlement.id)
    if settlement.lastNote >= settlement.firstNote and hasNotes(notes) then
      redis.call('HDEL', notes, unpack(ARGV, settlement.firstNote, settlement.lastNote))
    end
  else
    redis.call('HSET', notes, settlement.note, settlement.becomes)
    noted[notes] = true
  end
  for _, write in ipairs(settlement.writes) do
    redis.call(write.command, write.key, unpack(ARGV, write.first, write.last))
  end
  local ids = {}
  for index, event in ipairs(settlement.events) do
    ids[index] = redis.call('XADD', event.key, '*', unpack(ARGV, event.first, event.last))
  end
  if key.rule == 'park' or key.rule == 'follow' or (key.rule == 'return' and findParked(key.list, key.original)) then
    park(key.list, key.original, ids[1])
  end
  if key.rule == 'release' and unpark(key.list, key.original) then
    replayNext(key.list, key.letters, key.replays)
  end
  return { 'committed', ids }
end

local function messageOf(err) -- a table from Redis 7.0 on
  return type(err) == 'table' and err.err or tostring(err)
end

local replies = {}
for index = 1, tonumber(ARGV[3]) do
  local settlement = takeSettlement()
  local ok, reply = pcall(function() return objection(settlement) or apply(settlement) end)
  -- One that fails must not take the others of this call with it.
  replies[index] = ok and reply or { 'error', messageOf(reply) }
end
return replies
