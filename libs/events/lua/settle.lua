#!lua flags=allow-oom
-- Settles deliveries, several in one call, each of them whole or not at all: the token of a commit is the entry's place
-- in the pending list, so effects are there once, however often the event was delivered.
--
-- Order: is it still ours, do the reads still hold, does every write fit; then write, publish, acknowledge. Redis does
-- not roll a script back, so nothing that can fail comes after the first write; that may fail itself, as it has changed
-- nothing then. It runs when memory is short, too: workers that could not settle could not free any.
--
-- What is the same for all settlements of one call is asked for once: which entries are ours, whether their stream is
-- the one that was read, what a key holds. The acknowledgements of one stream go together, at the end.
--
-- KEYS       streams, notes, keys of transactions: named below by their place in KEYS
-- ARGV[1]    group
-- ARGV[2]    consumer
-- ARGV[3]    a MessagePack array, as one argument for each value would cost more than what is done with it:
--   layouts of events, see below
--   number of streams; for each: place of its key, place of the group's hash of delivery notes ("entry id|handler" ->
--     "done", or what is known of failures), number of settlements, their lowest and their highest entry id, and, of those
--     that have an event_id, the highest entry id and its event_id ('' for none)
--   number of shapes, what many settlements have in common; for each:
--     its stream, counted as above; the handler; number of all handlers of the event; they
--     1 if a note of the handler is to be kept, 0 to acknowledge: all handlers' notes of the entry are deleted then
--     what to do about the event's key, see below, or ''
--     number of reads; for each: command, number of arguments
--     number of writes; for each: command, type of its key ('' for any), what must hold an integer ('=' for the key's own
--       value, ':' for the hash field that is the first argument, '' for nothing), number of arguments
--     number of events; for each: its layout, counted as above
-- ARGV[4]    a MessagePack array: number of settlements; then for each:
--   its shape, counted as above
--   entry id
--   event_id, '' for an entry that could not be decoded
--   what the handler's note becomes, if one is to be kept
--   if something is to be done about the event's key: place of the list of its parked events, the original's entry id, the
--     places of its stream, of the dead letters and of the group's replays
--   for each read: place of its key, what its reply was (see flatten below) or the SHA-1 of that, arguments
--   for each write: place of its key, arguments
--   for each event: place of its stream, the values that its layout does not fix
-- The event's key:
--   'free'     go on only while none of its events is parked
--   'park'     the event becomes a dead letter, the first of 'events'; those that follow it are parked from now on
--   'follow'   the same, only while others are parked
--   'return'   the event was replayed and is a dead letter again, the first of 'events': it takes its old place
--   'release'  the event was replayed and is done: the next that is parked is replayed
-- Replies    the number of settlements, if all were applied now; else for each:
--            1                                         applied now
--            {'settled'}                               applied before, by us or somebody else; nothing done
--            {'lost', consumer}                        another consumer owns it now; nothing done
--            {'conflict', key}                         a read no longer holds; nothing done
--            {'refused', why}                          a write does not fit; nothing done
--            {'parked'} {'free'}                       others are parked, or none is; nothing done
--            {'error', message}                        what Redis said, such as NOGROUP
-- @rights
local group, consumer = ARGV[1], ARGV[2]
local head, args = cmsgpack.unpack(ARGV[3]), cmsgpack.unpack(ARGV[4])

-- @include layouts
-- @include tries

local layouts, first = layoutsOf(head, 1)

local taken = first - 1
local function take()
  taken = taken + 1
  return head[taken]
end
local streams = {}
for index = 1, take() do
  streams[index] = {
    key = KEYS[take()], notes = KEYS[take()], count = take(), lowest = take(), highest = take(),
    newest = take(), newestEvent = take(), settled = {},
  }
end
local shapes = {}
for index = 1, take() do
  local shape = { stream = streams[take()], handler = take(), handlers = {}, reads = {}, writes = {}, events = {} }
  for place = 1, take() do shape.handlers[place] = take() end
  shape.isNoted, shape.rule = take() == 1, take()
  -- How many values a settlement has.
  local size = 3 + (shape.isNoted and 1 or 0) + (shape.rule ~= '' and 5 or 0)
  for place = 1, take() do
    local read = { command = take(), count = take() }
    shape.reads[place] = read
    size = size + 2 + read.count
  end
  for place = 1, take() do
    local write = { command = take(), kind = take(), integer = take(), count = take() }
    shape.writes[place] = write
    size = size + 1 + write.count
  end
  shape.eventsAt = size
  for place = 1, take() do
    local layout = layouts[take()]
    shape.events[place] = layout
    size = size + 1 + layout.size
  end
  shape.size = size
  shapes[index] = shape
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
  if #reply == 1 then return '*1:' .. flatten(reply[1]) end
  local parts = {}
  for index = 1, #reply, step or 1 do
    local part = flatten(reply[index])
    if step == 2 then part = part .. flatten(reply[index + 1]) end
    parts[#parts + 1] = part
  end
  if step then table.sort(parts, byBytes) end
  return '*' .. #reply .. ':' .. table.concat(parts)
end

-- What keys hold; forgotten when a write may have changed it, unless it tells what the key holds now.
local kinds = {}
local function kindOf(key)
  local kind = kinds[key]
  if not kind then
    kind = redis.call('TYPE', key).ok
    kinds[key] = kind
  end
  return kind
end
local ADDS = { HSET = 'hash', HINCRBY = 'hash', INCRBY = 'string', SADD = 'set', ZADD = 'zset', ZINCRBY = 'zset',
  RPUSH = 'list', LPUSH = 'list' }
local FINDS = { HGET = 'hash', HMGET = 'hash', HGETALL = 'hash' }

local function isSomething(reply)
  if type(reply) ~= 'table' then return reply end
  for _, value in ipairs(reply) do
    if value then return true end
  end
end

-- Writes of many transactions to one key go together, and wait until something else is done with the key: values that one
-- command can take all at once, and what is still to be added to numbers.
local TAKE_MANY = { HSET = true, SADD = true, ZADD = true, RPUSH = true, LPUSH = true }
local MANY = 1000
local waiting = {} -- by key: the command, and its arguments
local sums, due = {}, {} -- by key and place in it: what numbers are now, and what of that is still to be added
local function catchUp(key)
  local command = waiting[key]
  if command then
    waiting[key] = nil
    redis.call(unpack(command))
  end
  if not due[key] then return end
  for field, by in pairs(due[key]) do
    local text = string.format('%.0f', by)
    if field == '=' then
      redis.call('INCRBY', key, text)
    else
      redis.call('HINCRBY', key, string.sub(field, 2), text)
    end
  end
  due[key] = nil
end
local function sumAt(key, field)
  local known = sums[key]
  return known and known[field]
end
local function increment(command, key, field, first, last)
  local sum = sumAt(key, field)
  if not sum then
    if waiting[key] then catchUp(key) end
    sums[key] = sums[key] or {}
    sums[key][field] = redis.call(command, key, unpack(args, first, last))
    return
  end
  local by = tonumber(args[last])
  sums[key][field] = sum + by
  due[key] = due[key] or {}
  due[key][field] = (due[key][field] or 0) + by
end
local function execute(command, key, first, last) -- one that is known to fit
  local before = waiting[key]
  local canWait = TAKE_MANY[command] and last - first < MANY
  if due[key] or before and not (canWait and before[1] == command) then
    catchUp(key)
    before = nil
  end
  sums[key] = nil
  if not canWait then
    redis.call(command, key, unpack(args, first, last))
    return
  end
  if not before then
    before = { command, key }
    waiting[key] = before
  end
  local count = #before
  for place = first, last do before[count + place - first + 1] = args[place] end
  if #before > MANY then catchUp(key) end
end

-- Why a read no longer holds, as a reply; nil when it does.
local function broken(command, key, digest, first, last)
  if waiting[key] or due[key] then catchUp(key) end
  local reply = redis.pcall(command, key, unpack(args, first, last))
  if type(reply) == 'table' and reply.err then return { 'refused', command .. ' ' .. key .. ': ' .. reply.err } end
  local text = flatten(reply, UNORDERED[command])
  if text ~= digest and redis.sha1hex(text) ~= digest then return { 'conflict', key } end
  if isSomething(reply) then kinds[key] = FINDS[command] or kinds[key] end
end


-- @include parked

-- It begins as what Redis says of what may succeed a moment later.
local TOO_MANY_GONE = 'TRYAGAIN more parked events have lost their dead letters than are taken out in one call'

local function isShort(value) -- an integer of at most 15 digits; Redis takes neither "007" nor "-0"
  if type(value) == 'number' then return math.abs(value) < 1e15 end
  local digits = string.match(value, '^-?([1-9]%d*)$')
  return value == '0' or (digits ~= nil and #digits <= 15)
end

-- A user who may run scripts but not every command would be stopped in the middle. Keys need no question: nobody gets
-- as far as this without the right to all of KEYS. What a transaction asks for is refused as any write that does not fit;
-- without the library's own commands nothing can be settled until the user has them.
local allowed = {}
local function mayNot(command, key)
  if allowed[command] then return nil end
  local why = lacking(command, key)
  allowed[command] = not why
  return why
end
local function forbidden(command, key, ...) -- with its arguments: newer servers count them
  if allowed[command] == nil then allowed[command] = redis.acl_check_cmd(command, key, ...) end
  if not allowed[command] then return command .. ' ' .. key .. ': this Redis user may not (see ACL)' end
end

local noted = {}
local function hasNotes(notes)
  if noted[notes] == nil then noted[notes] = redis.call('EXISTS', notes) == 1 end
  return noted[notes]
end

-- Why a key cannot be written as what a write takes it for, in words; nil when it can.
local function wrongKind(command, kind, key)
  local actual = kind ~= '' and kindOf(key)
  if actual and actual ~= 'none' and actual ~= kind then
    return command .. ' ' .. key .. ': expected a ' .. kind .. ', it holds a ' .. actual
  end
end

-- Where a number is that a write increments, as increment takes it; '' for a write that needs none.
local function placeOf(write, first)
  return write.integer == ':' and ':' .. args[first] or write.integer
end

-- Why a write does not fit, in words; nil when it does.
local function misfit(command, kind, field, key, first, last)
  if last - first >= (command == 'XADD' and MOST_VALUES / 2 or MOST_VALUES) then
    return command .. ' ' .. key .. ': expected at most ' .. MOST_VALUES .. ' values, field names included'
  end
  local wrong = wrongKind(command, kind, key)
  if wrong then return wrong end
  if field ~= '' and kindOf(key) ~= 'none' then
    local value = sumAt(key, field)
    if not value then
      if waiting[key] then catchUp(key) end
      if field == '=' then value = redis.call('GET', key) else value = redis.call('HGET', key, string.sub(field, 2)) end
    end
    -- 15 digits keep every sum of two within the 64 bits that Redis counts in.
    if value and not isShort(value) then
      local text = type(value) == 'number' and string.format('%.0f', value) or string.sub(value, 1, 40)
      return command .. ' ' .. key .. ': expected an integer of at most 15 digits, it holds ' .. text
    end
  end
  if allowed[command] then return nil end
  return forbidden(command, key, unpack(args, first, last))
end

-- Whose the entry is: true for ours, false for nobody's, else the other consumer's name.
local function ownerOf(stream, id)
  if not stream.ours then
    local ours = {}
    -- More than are asked about, for those of ours between them that somebody still works on.
    local rows = redis.call('XPENDING', stream.key, group, stream.lowest, stream.highest, 2 * stream.count, consumer)
    for _, row in ipairs(rows) do ours[row[1]] = true end
    stream.ours = ours
  end
  if stream.ours[id] ~= nil then return stream.ours[id] end
  local row = redis.call('XPENDING', stream.key, group, id, id, 1)[1]
  return row ~= nil and (row[2] == consumer or row[2])
end

-- The event id that the entry has; nil for one that has none, or is gone.
local function eventAt(stream, id)
  local entry = redis.call('XRANGE', stream.key, id, id)[1]
  local fields = entry and entry[2] or {}
  for index = 1, #fields, 2 do
    if fields[index] == 'event_id' then return fields[index + 1] end
  end
end

-- Whether the entry may still be the event that was handled. A stream that was deleted and made anew, or whose end a
-- failover has lost, can hold another event under the same id; but never below an entry that is still the same, since
-- ids are given out in order.
local function isSame(stream, id, event)
  if stream.isSame == nil then stream.isSame = eventAt(stream, stream.newest) == stream.newestEvent end
  if stream.isSame then return true end
  local found = eventAt(stream, id)
  return found == nil or found == event
end

local PARKING = { 'LLEN', 'LINDEX', 'LSET', 'LPUSH', 'RPUSH', 'LINSERT', 'LPOP', 'LREM' }

-- Why this user may not settle as it is asked to; nil when it may. What it appends goes to another key than what it reads.
local function mayNotSettle(stream, becomes, shape, list, letters, target)
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
  for _, command in ipairs({ 'TYPE', 'XRANGE', 'XDEL', 'XADD' }) do why = why or mayNot(command, letters) end
  return why
end

-- Settles what stands in args from a place on; its reply.
local function settle(at)
  local shape, id, event = shapes[args[at]], args[at + 1], args[at + 2]
  local target = shape.events[1] and KEYS[args[at + shape.eventsAt]]
  local stream, rule = shape.stream, shape.rule
  local notes = stream.notes
  local becomes, list, original, source, letters, replays
  at = at + 3
  if shape.isNoted then
    becomes = args[at]
    at = at + 1
  end
  if rule ~= '' then
    list, original, source = KEYS[args[at]], args[at + 1], KEYS[args[at + 2]]
    letters, replays = KEYS[args[at + 3]], KEYS[args[at + 4]]
    at = at + 5
  end

  -- Can it be applied? Nothing is changed yet.
  local owner = stream.ours and stream.ours[id] or ownerOf(stream, id)
  if not owner then return { 'settled' } end
  if owner ~= true then return { 'lost', owner } end
  local note = hasNotes(notes) and id .. '|' .. shape.handler
  if note and redis.call('HGET', notes, note) == 'done' then return { 'settled' } end
  if event ~= '' and not isSame(stream, id, event) then return { 'settled' } end
  if not shape.isAllowed then
    local why = mayNotSettle(stream, becomes, shape, list, letters, target)
    if why then return { 'error', why } end
    shape.isAllowed = true
  end
  if rule == 'free' and redis.call('EXISTS', list) == 1 then return { 'parked' } end
  if rule == 'follow' then
    local first = parkedFrom(0, list, letters)
    if first == nil then return { 'free' } end
    if first == false then return { 'error', TOO_MANY_GONE } end
  end
  -- The first goes, and the second is replayed.
  if rule == 'release' and findParked(list, original) == 0 and parkedFrom(1, list, letters) == false then
    return { 'error', TOO_MANY_GONE }
  end
  for _, read in ipairs(shape.reads) do
    local last = at + 1 + read.count
    local reply = broken(read.command, KEYS[args[at]], args[at + 1], at + 2, last)
    if reply then return reply end
    at = last + 1
  end
  local writesAt, writes, events = at, shape.writes, shape.events
  local first = writes[1]
  -- What the key of the first write holds is not asked for where that tells by itself; of an increment it cannot.
  local mayFail = first and first.integer == '' and not kinds[KEYS[args[at]]]
  for place = 1, #writes do
    local write, key = writes[place], KEYS[args[at]]
    local last = at + write.count
    local kind = place == 1 and mayFail and '' or write.kind
    local why = misfit(write.command, kind, placeOf(write, at + 1), key, at + 1, last)
    if why then return { 'refused', why } end
    at = last + 1
  end
  for place = 1, #events do
    local layout = events[place]
    local why = misfit('XADD', 'stream', '', KEYS[args[at]], 1, layout.fields)
    if why then return { 'refused', why } end
    at = at + 1 + layout.size
  end

  -- It can, but for the first write.
  at = writesAt
  if mayFail then
    local command, key, last = first.command, KEYS[args[at]], at + first.count
    local reply = redis.pcall(command, key, unpack(args, at + 1, last))
    if type(reply) == 'table' and reply.err then
      return { 'refused', wrongKind(command, first.kind, key) or command .. ' ' .. key .. ': ' .. reply.err }
    end
    kinds[key] = ADDS[command]
    at = last + 1
  end
  if becomes then
    local field = id .. '|' .. shape.handler
    redis.call('HSET', notes, field, noteAfter(redis.call('HGET', notes, field), becomes))
    noted[notes] = true
  else
    stream.ours[id] = false
    stream.settled[#stream.settled + 1] = id
    if hasNotes(notes) then
      for _, handler in ipairs(shape.handlers) do redis.call('HDEL', notes, id .. '|' .. handler) end
      redis.call('HDEL', notes, id .. '|' .. READING)
    end
  end
  for place = mayFail and 2 or 1, #writes do
    local write, key = writes[place], KEYS[args[at]]
    local command, field, last = write.command, placeOf(write, at + 1), at + write.count
    if field ~= '' then
      increment(command, key, field, at + 1, last)
    else
      execute(command, key, at + 1, last)
    end
    kinds[key] = ADDS[command]
    at = last + 1
  end
  local letter
  for place = 1, #events do
    local key, layout = KEYS[args[at]], events[place]
    local added = appendEntry(layout, key, args, at + 1, redis.call)
    letter = letter or added
    kinds[key] = 'stream'
    at = at + 1 + layout.size
  end
  if rule == 'park' or rule == 'follow' or (rule == 'return' and findParked(list, original)) then
    park(list, original, letter)
  end
  if rule == 'release' and unpark(list, original) then replayNext(list, source, letters, replays) end
  return 1
end

local function messageOf(err) -- a table from Redis 7.0 on
  local text = type(err) == 'table' and err.err or tostring(err)
  -- Redis 7.0 does not say what.
  return string.find(text, '^ERR The user executing') and firstLacking(streams[1].key) or text
end

local replies, applied = {}, 0
local at = 2
for index = 1, args[1] do
  local ok, reply = pcall(settle, at)
  -- One that fails must not take the others of this call with it.
  replies[index] = ok and reply or { 'error', messageOf(reply) }
  if replies[index] == 1 then applied = applied + 1 end
  at = at + shapes[args[at]].size
end
for key in pairs(due) do catchUp(key) end
for key in pairs(waiting) do catchUp(key) end
for _, stream in ipairs(streams) do
  if #stream.settled > 0 then redis.call('XACK', stream.key, group, unpack(stream.settled)) end
end
return applied == args[1] and applied or replies
