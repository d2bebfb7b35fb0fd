-- Appends a producer's batch, once, however often the batch is sent.
--
-- The producer numbers its batches, and has at most two on their way. The hash remembers the last two numbers and their answers. A batch
-- that is sent again because its answer was lost gets the remembered answer. Refused are a batch that the network held back until the
-- producer had gone on, and a batch whose predecessor, which was on its way, has not been appended: it would overtake it. (Kafka's
-- idempotent producer works like this.) An event can also carry an idempotency key, which holds across producers.
--
-- KEYS[1]    the producer's hash: "batch" and "answer", "batch-before" and "answer-before"
-- KEYS[2..]  streams and idempotency keys, named below by their place in KEYS
-- ARGV[1]    batch number
-- ARGV[2]    how long the hash is kept after its last renewal, ms: longer than any batch is sent again
-- ARGV[3]    how long idempotency keys are kept, ms
-- ARGV[4]    a MessagePack array: layouts, see below
-- ARGV[5]    a MessagePack array: number of requests; then for each: number of events; then for each event:
--              place of its stream, place of its idempotency key or 0, place of its layout, the values that this does not fix
-- ARGV[6]    1 to renew the hash; not every batch needs to
-- ARGV[7]    the number of the batch that was on its way when this one was sent: it must be the last that was appended. '' for none: then
--            the producer knows the answers to all batches before
-- Replies    a line for each event, in order: its entry id (for an idempotency key that was used before, that of its
--            first entry); "-" and why, for each event of a request of which nothing was appended
-- @rights
local last = redis.call('HMGET', KEYS[1], 'batch', 'answer', 'batch-before', 'answer-before')
for remembered = 1, 3, 2 do
  if last[remembered] == ARGV[1] then
    -- A write, so that a WAIT that follows covers the batch, also when it was appended on another connection. The answer does not
    -- depend on the right to this write: the batch is appended.
    redis.pcall('PEXPIRE', KEYS[1], ARGV[2])
    return last[remembered + 1]
  end
end
if last[1] and tonumber(last[1]) > tonumber(ARGV[1]) then
  return redis.error_reply('STALE batch ' .. ARGV[1] .. ' came after batch ' .. last[1])
end
if ARGV[7] ~= '' and last[1] ~= ARGV[7] then
  return redis.error_reply('EARLY batch ' .. ARGV[1] .. ' came before batch ' .. ARGV[7])
end

-- Redis does not roll a script back: missing rights are found before the first write. The first XADD reports its own.
local isRenewed = not last[1] or ARGV[6] == '1'
local why = lacking('HSET', KEYS[1]) or (isRenewed and lacking('PEXPIRE', KEYS[1]))
if why then return redis.error_reply(why) end

-- @include layouts

local layouts = layoutsOf(cmsgpack.unpack(ARGV[4]), 1)

-- All that could fail is checked before the first write of a request, but for that write, which reports its own failure. By stream: why
-- nothing can be appended, or false.
local checked = {}
local function refusal(stream)
  if checked[stream] == nil then
    local why = lacking('TYPE', stream)
    local kind = why or redis.call('TYPE', stream).ok
    if not why and kind ~= 'stream' and kind ~= 'none' then
      why = 'WRONGTYPE ' .. stream .. ' holds a ' .. kind .. ', not a stream'
    end
    checked[stream] = why and '-' .. why or false
  end
  return checked[stream]
end
local mayRemember
local function mayNotRemember(once)
  if mayRemember == nil then
    local why = lacking('GET', once) or lacking('SET', once)
    mayRemember = why and '-' .. why or false
  end
  return mayRemember
end

local events = cmsgpack.unpack(ARGV[5])
local answers = {}
local at = 2

local function append(stream, once, layout)
  local id = once and redis.call('GET', once)
  if id then return id end
  if checked[stream] == nil then
    -- The first event of a request, all others were checked.
    id = appendEntry(layout, stream, events, at + 3, redis.pcall)
    if type(id) == 'table' then
      checked[stream] = refusal(stream) or '-' .. (lacking('XADD', stream) or id.err)
      return nil, checked[stream]
    end
    checked[stream] = false
  else
    id = appendEntry(layout, stream, events, at + 3, redis.call)
  end
  if once then redis.call('SET', once, id, 'PX', ARGV[3]) end
  return id
end

for _ = 1, events[1] do
  local count, first, why = events[at], at + 1, false
  at = first
  for index = 1, count do
    local stream, once = KEYS[events[at]], KEYS[events[at + 1]]
    why = why or ((index > 1 or checked[stream] ~= nil) and refusal(stream)) or (once and mayNotRemember(once))
    at = at + 3 + layouts[events[at + 2]].size
  end
  at = first
  for _ = 1, count do
    local layout, id = layouts[events[at + 2]]
    if not why then id, why = append(KEYS[events[at]], KEYS[events[at + 1]], layout) end
    answers[#answers + 1] = why or id
    at = at + 3 + layout.size
  end
end
local answer = table.concat(answers, '\n')
if last[1] then
  redis.call('HSET', KEYS[1], 'batch', ARGV[1], 'answer', answer, 'batch-before', last[1], 'answer-before', last[2])
else
  redis.call('HSET', KEYS[1], 'batch', ARGV[1], 'answer', answer)
end
if isRenewed then redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
return answer
