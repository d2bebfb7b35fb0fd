-- Included by settle.lua: gathers writes of many transactions to one key. Values that one command can take together, and sums of
-- increments, wait in the buffer until another command needs their key.
--
-- Invariants:
--   Only writes that are known to fit come here: a write that waits cannot fail later.
--   Writes of one key keep their order. Before a key is read, catchUp(key) is called, if waiting[key] or due[key] is set.
--   `sums` is true as long as nothing but `increment` has written the key; every other write forgets it.
--   Before the script ends, flushWrites() empties the buffer.
-- Needs `args`: the values of writes are named by their places in it.

local TAKE_MANY = { HSET = true, SADD = true, ZADD = true, RPUSH = true, LPUSH = true }
local MANY = 1000
local waiting = {} -- by key: the command, and its arguments
local sums, due = {}, {} -- by key and place in it: the numbers after all increments, and the part that is still to be added
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
local function flushWrites()
  for key in pairs(due) do catchUp(key) end
  for key in pairs(waiting) do catchUp(key) end
end
