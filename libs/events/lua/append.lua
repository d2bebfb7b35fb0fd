-- Appends a producer's batch, once, however often the batch is sent.
--
-- The producer numbers its batches and sends one at a time; the hash remembers the last number and its answer. A batch
-- that is sent again because its answer was lost gets the remembered answer; one that the network held back until the
-- producer had gone on is refused. (The idea is that of Kafka's idempotent producer.) A single event can carry a key of
-- its own, which holds across producers.
--
-- KEYS[1]    the producer's hash: "batch", the last number, and "ids", its entry ids, separated by blanks
-- KEYS[2..]  streams and idempotency keys, named below by their place in KEYS
-- ARGV[1]    batch number
-- ARGV[2]    how long the hash is kept after the last batch, ms
-- ARGV[3]    how long idempotency keys are kept, ms
-- ARGV[4]    number of events; then for each event:
--              place of its stream, place of its idempotency key or 0, number of fields and values, fields and values
-- Replies    the entry ids in order; for an idempotency key that was used before, the id of its first entry
local last = redis.call('HMGET', KEYS[1], 'batch', 'ids')
if last[1] == ARGV[1] then
  -- A write, so that a WAIT that follows waits for what was appended on another connection.
  redis.call('PEXPIRE', KEYS[1], ARGV[2])
  local ids = {}
  for id in string.gmatch(last[2], '%S+') do ids[#ids + 1] = id end
  return ids
end
if last[1] and tonumber(last[1]) > tonumber(ARGV[1]) then
  return redis.error_reply('STALE batch ' .. ARGV[1] .. ' came after batch ' .. last[1])
end

-- Redis does not roll a script back: whatever could fail is checked before the first write.
local count, at = tonumber(ARGV[4]), 5
local checked = {}
for _ = 1, count do
  local stream = KEYS[tonumber(ARGV[at])]
  if not checked[stream] then
    local kind = redis.call('TYPE', stream).ok
    if kind ~= 'stream' and kind ~= 'none' then
      return redis.error_reply('WRONGTYPE ' .. stream .. ' holds a ' .. kind .. ', not a stream')
    end
    checked[stream] = true
  end
  at = at + 3 + tonumber(ARGV[at + 2])
end

local ids = {}
at = 5
for index = 1, count do
  local stream, once, fields = KEYS[tonumber(ARGV[at])], KEYS[tonumber(ARGV[at + 1])], tonumber(ARGV[at + 2])
  local id = once and redis.call('GET', once)
  if not id then
    id = redis.call('XADD', stream, '*', unpack(ARGV, at + 3, at + 2 + fields))
    if once then redis.call('SET', once, id, 'PX', ARGV[3]) end
  end
  ids[index] = id
  at = at + 3 + fields
end
redis.call('HSET', KEYS[1], 'batch', ARGV[1], 'ids', table.concat(ids, ' '))
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return ids
