-- Appends a producer's batch, once, however often the batch is sent.
--
-- The producer numbers its batches and has two on their way at most; the hash remembers the last two numbers and their
-- answers. A batch that is sent again because its answer was lost gets the remembered answer; one that the network held
-- back until the producer had gone on is refused. (The idea is that of Kafka's idempotent producer.) A single event can
-- carry a key of its own, which holds across producers.
--
-- KEYS[1]    the producer's hash: "batch" and "answer", "batch-before" and "answer-before"
-- KEYS[2..]  streams and idempotency keys, named below by their place in KEYS
-- ARGV[1]    batch number
-- ARGV[2]    how long the hash is kept after the last batch, ms
-- ARGV[3]    how long idempotency keys are kept, ms
-- ARGV[4]    number of layouts; then for each: number of fields, their names
-- then       number of requests; for each: number of events; then for each event:
--              place of its stream, place of its idempotency key or 0, place of its layout, the fields' values
-- Replies    for each request, in order: the entry ids of its events (for an idempotency key that was used before, the
--            id of its first entry), or, when nothing of it was appended, why
local last = redis.call('HMGET', KEYS[1], 'batch', 'answer', 'batch-before', 'answer-before')
for _, remembered in ipairs({ { last[1], last[2] }, { last[3], last[4] } }) do
  if remembered[1] == ARGV[1] then
    -- A write: a WAIT that follows must not depend on how a server counts what was appended on another connection.
    redis.call('PEXPIRE', KEYS[1], ARGV[2])
    return cjson.decode(remembered[2])
  end
end
if last[1] and tonumber(last[1]) > tonumber(ARGV[1]) then
  return redis.error_reply('STALE batch ' .. ARGV[1] .. ' came after batch ' .. last[1])
end

local at = 4
local function take()
  at = at + 1
  return ARGV[at - 1]
end

local layouts = {}
for layout = 1, tonumber(take()) do
  local names = {}
  for index = 1, tonumber(take()) do names[index] = take() end
  layouts[layout] = names
end

-- Redis does not roll a script back: what could fail is checked before the first write of a request.
local checked = {}
local function refusal(stream)
  if checked[stream] == nil then
    local kind = redis.call('TYPE', stream).ok
    checked[stream] = kind ~= 'stream' and kind ~= 'none' and 'WRONGTYPE ' .. stream .. ' holds a ' .. kind .. ', not a stream'
  end
  return checked[stream]
end

local answers = {}
for request = 1, tonumber(take()) do
  local events, why = {}, false
  for index = 1, tonumber(take()) do
    local stream, once, names = KEYS[tonumber(take())], KEYS[tonumber(take())], layouts[tonumber(take())]
    why = why or refusal(stream)
    local command = { 'XADD', stream, '*' }
    for place, name in ipairs(names) do
      command[2 * place + 2] = name
      command[2 * place + 3] = ARGV[at + place - 1]
    end
    at = at + #names
    events[index] = { command, once }
  end
  if why then
    answers[request] = why
  else
    local ids = {}
    for index, event in ipairs(events) do
      local command, once = event[1], event[2]
      local id = once and redis.call('GET', once)
      if not id then
        id = redis.call(unpack(command))
        if once then redis.call('SET', once, id, 'PX', ARGV[3]) end
      end
      ids[index] = id
    end
    answers[request] = ids
  end
end
if last[1] then redis.call('HSET', KEYS[1], 'batch-before', last[1], 'answer-before', last[2]) end
redis.call('HSET', KEYS[1], 'batch', ARGV[1], 'answer', cjson.encode(answers))
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return answers
