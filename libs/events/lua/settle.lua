#!lua flags=allow-oom
-- Settles deliveries, several in one call, each of them whole or not at all. An entry in the pending list is the token of one commit: so
-- its effects are applied once, however often the event was delivered.
--
-- Order: is the entry still this consumer's, do the reads still hold, does every write fit; then write, publish, acknowledge. Redis does
-- not roll a script back: after the first write, nothing can fail. The first write itself may: it has changed nothing then. The script
-- runs when memory is short, too: workers that cannot settle cannot free any.
--
-- Questions that all settlements share are asked once: which entries are this consumer's, whether the stream is the one that was read,
-- the type of a key. The acknowledgements of one stream are one command, at the end.
--
-- KEYS       streams, notes, keys of transactions: named below by their place in KEYS
-- ARGV[1]    group
-- ARGV[2]    consumer
-- ARGV[3]    a MessagePack array (many arguments would cost more than the work itself):
--   layouts of events, see below
--   number of streams; for each: place of its key, place of the group's hash of delivery notes ("entry id|handler" ->
--     "done", or what is known of failures), number of settlements, their lowest and their highest entry id, and, of those
--     that have an event_id, the highest entry id and its event_id ('' for none)
--   number of shapes, each what many settlements share; for each:
--     its stream, counted as above; the handler; number of all handlers of the event; their names
--     1 to write the handler's note; 0 to acknowledge, which deletes all handlers' notes of the entry
--     the rule for the event's partition key, see below, or ''
--     number of reads; for each: command, number of arguments
--     number of writes; for each: command, type of its key ('' for any), what must hold an integer ('=' for the key's own
--       value, ':' for the hash field that is the first argument, '' for nothing), number of arguments
--     number of events; for each: its layout, counted as above
-- ARGV[4]    a MessagePack array: number of settlements; then for each:
--   its shape, counted as above
--   entry id
--   event_id, '' for an entry that could not be decoded
--   the handler's new note, if one is written
--   if there is a rule: place of the list of its parked events, the original's entry id, the
--     places of its stream, of the dead letters and of the group's replays
--   for each read: place of its key, its reply as text (see reply-text.lua) or the SHA-1 of that, arguments
--   for each write: place of its key, arguments
--   for each event: place of its stream, the values that its layout does not fix
-- Rules for the partition key:
--   'unless-parked'  settle only while none of its events is parked
--   'park'           the event becomes a dead letter, the first of 'events'; those that follow it are parked from now on
--   'follow'         the same, but only while others are parked
--   'return'         the replayed event is a dead letter again, the first of 'events': it takes its old place
--   'release'        the replayed event is settled: the next parked event is replayed
-- Replies    the number of settlements, if all were applied now; else for each:
--            1                                         applied now
--            {'already-settled'}                       applied before, by us or somebody else; nothing done
--            {'lost', consumer}                        another consumer owns it now; nothing done
--            {'conflict', key}                         a read no longer holds; nothing done
--            {'refused', why}                          a write does not fit; nothing done
--            {'parked'}                                by the rule 'unless-parked': others are parked; nothing done
--            {'none-parked'}                           by the rule 'follow': none is parked; nothing done
--            {'error', message}                        Redis' error, such as NOGROUP
-- @rights
local group, consumer = ARGV[1], ARGV[2]

-- @include layouts
-- @include delivery-notes
-- @include settle-arguments
-- @include write-buffer
-- @include settle-preconditions
-- @include settle-parking

-- Makes the settlement whose values begin at a place of args. Returns its reply.
local function settle(at)
  local shape, id, event = shapes[args[at]], args[at + 1], args[at + 2]
  local target = shape.events[1] and KEYS[args[at + shape.eventsAt]]
  local stream, rule = shape.stream, shape.rule
  local notes = stream.notes
  local becomes, list, original, source, deadLetters, replays
  at = at + 3
  if shape.isNoted then
    becomes = args[at]
    at = at + 1
  end
  if rule ~= '' then
    list, original, source = KEYS[args[at]], args[at + 1], KEYS[args[at + 2]]
    deadLetters, replays = KEYS[args[at + 3]], KEYS[args[at + 4]]
    at = at + 5
  end

  -- Can it be applied? Nothing is changed yet.
  local owner = stream.ours and stream.ours[id] or ownerOf(stream, id)
  if not owner then return { 'already-settled' } end
  if owner ~= true then return { 'lost', owner } end
  local note = hasNotes(notes) and id .. '|' .. shape.handler
  if note and redis.call('HGET', notes, note) == 'done' then return { 'already-settled' } end
  if event ~= '' and not isSame(stream, id, event) then return { 'already-settled' } end
  if not shape.isAllowed then
    local why = mayNotSettle(stream, becomes, shape, list, deadLetters, target)
    if why then return { 'error', why } end
    shape.isAllowed = true
  end
  if rule ~= '' then
    local reply = whyNotByRule(rule, list, original, deadLetters)
    if reply then return reply end
  end
  for _, read in ipairs(shape.reads) do
    local last = at + 1 + read.count
    local reply = broken(read.command, KEYS[args[at]], args[at + 1], at + 2, last)
    if reply then return reply end
    at = last + 1
  end
  local writesAt, writes, events = at, shape.writes, shape.events
  local first = writes[1]
  -- The first write reports a wrong type of its key itself, so it is not asked for; an increment cannot report it.
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

  -- It can be applied, unless the first write fails.
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
    stream.toAcknowledge[#stream.toAcknowledge + 1] = id
    if hasNotes(notes) then
      for _, handler in ipairs(shape.handlers) do redis.call('HDEL', notes, id .. '|' .. handler) end
      redis.call('HDEL', notes, id .. '|' .. DECODING)
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
  local deadLetter
  for place = 1, #events do
    local key, layout = KEYS[args[at]], events[place]
    local added = appendEntry(layout, key, args, at + 1, redis.call)
    deadLetter = deadLetter or added
    kinds[key] = 'stream'
    at = at + 1 + layout.size
  end
  if rule ~= '' then applyRule(rule, list, original, deadLetter, source, deadLetters, replays) end
  return 1
end

local function messageOf(err) -- a table from Redis 7.0 on
  local text = type(err) == 'table' and err.err or tostring(err)
  -- Redis 7.0 does not name the command.
  return string.find(text, '^ERR The user executing') and firstLacking(streams[1].key) or text
end

local replies, applied = {}, 0
local at = 2
for index = 1, args[1] do
  local ok, reply = pcall(settle, at)
  -- An error of one settlement must not fail the others.
  replies[index] = ok and reply or { 'error', messageOf(reply) }
  if replies[index] == 1 then applied = applied + 1 end
  at = at + shapes[args[at]].size
end
flushWrites()
for _, stream in ipairs(streams) do
  if #stream.toAcknowledge > 0 then redis.call('XACK', stream.key, group, unpack(stream.toAcknowledge)) end
end
return applied == args[1] and applied or replies
