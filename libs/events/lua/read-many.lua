#!lua flags=no-writes
-- Many reads of transactions in one call: as single commands they would cost server and worker several times as much.
--
-- KEYS      the keys that are read
-- ARGV[1]   a MessagePack array: number of reads; for each: command, place of its key in KEYS, number of arguments, arguments
-- ARGV[2]   after how many bytes of replies to stop
-- Replies   the reply to each read, in their order; an error where Redis refuses that read. When the replies have many bytes, the last
--           ones are missing: the caller asks for them again
-- @rights

local function sizeOf(reply)
  if type(reply) == 'string' then return #reply end
  local size = 0
  if type(reply) == 'table' then
    for _, item in ipairs(reply) do size = size + sizeOf(item) end
  end
  return size
end

local args, most = cmsgpack.unpack(ARGV[1]), tonumber(ARGV[2])
local replies, bytes, at = {}, 0, 2
for index = 1, args[1] do
  local command, key, count = args[at], KEYS[args[at + 1]], args[at + 2]
  local reply = redis.pcall(command, key, unpack(args, at + 3, at + 2 + count))
  -- Redis 7.0 does not say which right is missing.
  if type(reply) == 'table' and reply.err then reply = { err = lacking(command, key) or reply.err } end
  replies[index] = reply
  bytes = bytes + sizeOf(reply)
  if bytes >= most then break end
  at = at + 3 + count
end
return replies
