-- Settles one delivery for one handler, whole or not at all: the token of the commit is the entry's place in the
-- pending list, so effects are there once, however often the event was delivered.
--
-- Order: is it still ours, do the reads still hold, does every write fit; then acknowledge, write, publish. Redis does
-- not roll a script back, so nothing that can fail comes after the first write.
--
-- KEYS[1]    the stream
-- KEYS[2]    the group's hash of delivery notes: "entry id|handler" -> "done", or "failed attempts, first failure ms"
-- KEYS[3..]  keys and streams of the transaction, named below by their place in KEYS
-- ARGV[1]    group
-- ARGV[2]    consumer
-- ARGV[3]    entry id
-- ARGV[4]    event_id, '' for an entry that could not be decoded
-- ARGV[5]    this handler's field in the notes
-- ARGV[6]    what the note becomes; '' to acknowledge: the notes are deleted then
-- ARGV[7]    number of note fields to delete on acknowledgement; the fields
-- then       number of reads; for each: command, place of its key, number of arguments, arguments, SHA-1 of its reply
-- then       number of writes; for each: command, type of its key ('' for any), what must hold an integer
--            ('' for nothing, '=' for the key's own value, ':field' for a hash field), place of its key, number of arguments, arguments
-- then       number of events; for each: place of its stream, number of fields and values, fields and values
-- Replies    {'committed', entry ids of the events}    applied now
--            {'settled'}                               applied before, by us or somebody else; nothing done
--            {'lost', consumer}                        another consumer owns it now; nothing done
--            {'conflict', key}                         a read no longer holds; nothing done
--            {'refused', why}                          a write does not fit; nothing done
local stream, notes, group, consumer, id = KEYS[1], KEYS[2], ARGV[1], ARGV[2], ARGV[3]

local owner = redis.call('XPENDING', stream, group, id, id, 1)[1]
if not owner then return { 'settled' } end
if owner[2] ~= consumer then return { 'lost', owner[2] } end
if redis.call('HGET', notes, ARGV[5]) == 'done' then return { 'settled' } end
if ARGV[4] ~= '' then
  -- A stream that was deleted and made anew can hold another event under the same id.
  local entry = redis.call('XRANGE', stream, id, id)[1]
  if entry then
    local fields = entry[2]
    for index = 1, #fields, 2 do
      if fields[index] == 'event_id' and fields[index + 1] ~= ARGV[4] then return { 'settled' } end
    end
  end
end

local at = 7
local function following() -- the arguments of one item: a count, then as many values
  local count = tonumber(ARGV[at])
  local first = at + 1
  at = first + count
  return first, count
end
local firstNote, noteCount = following()

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

local reads = tonumber(ARGV[at])
at = at + 1
for _ = 1, reads do
  local command, key = ARGV[at], KEYS[tonumber(ARGV[at + 1])]
  at = at + 2
  local first, count = following()
  local reply = redis.pcall(command, key, unpack(ARGV, first, first + count - 1))
  if type(reply) == 'table' and reply.err then return { 'refused', command .. ' ' .. key .. ': ' .. reply.err } end
  if redis.sha1hex(flatten(reply, UNORDERED[command])) ~= ARGV[at] then return { 'conflict', key } end
  at = at + 1
end

local function whole(value) -- Redis takes neither "007" nor "-0"
  return value == '0' or string.match(value, '^-?[1-9]%d*$')
end
local function misfit(command, kind, field, key)
  local actual = redis.call('TYPE', key).ok
  if kind ~= '' and actual ~= 'none' and actual ~= kind then
    return command .. ' ' .. key .. ': expected a ' .. kind .. ', it holds a ' .. actual
  end
  if field == '' or actual == 'none' then return nil end
  local value
  if field == '=' then value = redis.call('GET', key) else value = redis.call('HGET', key, string.sub(field, 2)) end
  -- 15 digits keep every sum of two within the 64 bits that Redis counts in.
  if value and (not whole(value) or #value > 15) then
    return command .. ' ' .. key .. ': expected an integer of at most 15 digits, it holds ' .. string.sub(value, 1, 40)
  end
end

local writes = {}
local writeCount = tonumber(ARGV[at])
at = at + 1
for index = 1, writeCount do
  local command, kind, field, key = ARGV[at], ARGV[at + 1], ARGV[at + 2], KEYS[tonumber(ARGV[at + 3])]
  at = at + 4
  local first, count = following()
  local why = misfit(command, kind, field, key)
  if why then return { 'refused', why } end
  writes[index] = { command, key, first, first + count - 1 }
end

local events = {}
local eventCount = tonumber(ARGV[at])
at = at + 1
for index = 1, eventCount do
  local target = KEYS[tonumber(ARGV[at])]
  at = at + 1
  local first, count = following()
  local kind = redis.call('TYPE', target).ok
  if kind ~= 'stream' and kind ~= 'none' then
    return { 'refused', 'XADD ' .. target .. ': expected a stream, it holds a ' .. kind }
  end
  events[index] = { target, first, first + count - 1 }
end

if ARGV[6] == '' then
  redis.call('XACK', stream, group, id)
  if noteCount > 0 then redis.call('HDEL', notes, unpack(ARGV, firstNote, firstNote + noteCount - 1)) end
else
  redis.call('HSET', notes, ARGV[5], ARGV[6])
end
for _, write in ipairs(writes) do
  redis.call(write[1], write[2], unpack(ARGV, write[3], write[4]))
end
local ids = {}
for index, event in ipairs(events) do
  ids[index] = redis.call('XADD', event[1], '*', unpack(ARGV, event[2], event[3]))
end
return { 'committed', ids }
