-- Included by settle.lua: whether a settlement can be applied. Is the entry still this consumer's and the same event, do the reads still
-- hold, does every write fit, has the user the rights?
--
-- Invariants:
--   Nothing here writes, but for catchUp() of the write buffer, before a key is read that has buffered writes.
--   Answers are kept for the other settlements of the call, until a write may have changed them: `kinds`, `noted`, `allowed`,
--   `stream.ours`, `stream.isSame`.
-- Needs `group`, `consumer`, `args` and the write buffer.

-- @constant MAX_VALUES
-- @include reply-text

-- The types of keys, as far as they are known.
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

-- Why a read no longer holds, as a reply; nil when it does.
local function broken(command, key, digest, first, last)
  if waiting[key] or due[key] then catchUp(key) end
  local reply = redis.pcall(command, key, unpack(args, first, last))
  if type(reply) == 'table' and reply.err then return { 'refused', command .. ' ' .. key .. ': ' .. reply.err } end
  local text = flatten(reply, UNORDERED[command])
  if text ~= digest and redis.sha1hex(text) ~= digest then return { 'conflict', key } end
  if isSomething(reply) then kinds[key] = FINDS[command] or kinds[key] end
end

local function isShort(value) -- an integer of at most 15 digits; Redis takes neither "007" nor "-0"
  if type(value) == 'number' then return math.abs(value) < 1e15 end
  local digits = string.match(value, '^-?([1-9]%d*)$')
  return value == '0' or (digits ~= nil and #digits <= 15)
end

-- Rights are checked first: a user who may run scripts but not every command would be stopped between two writes. Only commands are
-- checked; without the right to all KEYS the script would not run. A missing right to a transaction's write refuses the transaction. A
-- missing right to one of the library's own commands is an error, until the user has it.
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

-- Why a write does not fit the type of its key, in words; nil when it does.
local function wrongKind(command, kind, key)
  local actual = kind ~= '' and kindOf(key)
  if actual and actual ~= 'none' and actual ~= kind then
    return command .. ' ' .. key .. ': expected a ' .. kind .. ', it holds a ' .. actual
  end
end

-- The number that a write increments, as `increment` takes it: '=' or ':' and a hash field; '' for no increment.
local function placeOf(write, first)
  return write.integer == ':' and ':' .. args[first] or write.integer
end

-- Why a write does not fit, in words; nil when it does.
local function misfit(command, kind, field, key, first, last)
  if last - first >= (command == 'XADD' and MAX_VALUES / 2 or MAX_VALUES) then
    return command .. ' ' .. key .. ': expected at most ' .. MAX_VALUES .. ' values, field names included'
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

-- Who has the entry: true for this consumer, false for nobody, else the other consumer's name.
local function ownerOf(stream, id)
  if not stream.ours then
    local ours = {}
    -- Twice as many, since other entries of this consumer lie between them.
    local rows = redis.call('XPENDING', stream.key, group, stream.lowest, stream.highest, 2 * stream.count, consumer)
    for _, row in ipairs(rows) do ours[row[1]] = true end
    stream.ours = ours
  end
  if stream.ours[id] ~= nil then return stream.ours[id] end
  local row = redis.call('XPENDING', stream.key, group, id, id, 1)[1]
  return row ~= nil and (row[2] == consumer or row[2])
end

-- The event id of an entry; nil when it has none, or is gone.
local function eventAt(stream, id)
  local entry = redis.call('XRANGE', stream.key, id, id)[1]
  local fields = entry and entry[2] or {}
  for index = 1, #fields, 2 do
    if fields[index] == 'event_id' then return fields[index + 1] end
  end
end

-- Whether the entry is still the event that was handled. A stream that was deleted and made again, or whose end a failover has lost, can
-- have another event under the same id. Since ids ascend, all entries below one that is the same are the same.
local function isSame(stream, id, event)
  if stream.isSame == nil then stream.isSame = eventAt(stream, stream.newest) == stream.newestEvent end
  if stream.isSame then return true end
  local found = eventAt(stream, id)
  return found == nil or found == event
end
