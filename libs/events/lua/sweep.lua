#!lua flags=allow-oom
-- Removes the consumers of a group that hold nothing and have not been seen for long, atomically: between a look and a
-- separate XGROUP DELCONSUMER such a consumer could come back, read, and lose what it read.
--
-- KEYS[1]    the stream
-- ARGV[1]    group
-- ARGV[2]    the consumer that asks; it stays
-- ARGV[3]    how long a consumer must not have been seen, ms
-- ARGV[4]    how many at most
-- Replies    the names of the consumers that were removed
local removed, most = {}, tonumber(ARGV[4])
for _, row in ipairs(redis.call('XINFO', 'CONSUMERS', KEYS[1], ARGV[1])) do
  if #removed == most then break end
  local consumer = {}
  for index = 1, #row, 2 do consumer[row[index]] = row[index + 1] end
  if consumer.name ~= ARGV[2] and consumer.pending == 0 and consumer.idle >= tonumber(ARGV[3]) then
    redis.call('XGROUP', 'DELCONSUMER', KEYS[1], ARGV[1], consumer.name)
    removed[#removed + 1] = consumer.name
  end
end
return removed
