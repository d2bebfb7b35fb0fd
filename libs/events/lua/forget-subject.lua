#!lua flags=allow-oom
-- Destroys the key of a subject, and notes that it did. The key itself is not read: whoever may forget need not be able to read it.
--
-- KEYS[1]    the hash of keys, as in subject-keys.lua
-- KEYS[2]    the hash of subjects that were forgotten
-- ARGV[1]    the subject
-- ARGV[2]    who did it, when and why, as JSON
-- Replies    1 if there was a key, else 0
-- @all-rights
local forgotten = redis.call('HGET', KEYS[2], ARGV[1])
local destroyed = redis.call('HDEL', KEYS[1], ARGV[1])
-- Also for a subject without a key: what handlers still publish about it must not make one.
if destroyed == 1 or not forgotten then
  local last = forgotten and tonumber(string.match(forgotten, '^%d+')) or 0
  redis.call('HSET', KEYS[2], ARGV[1], string.format('%d', last + destroyed) .. '|' .. ARGV[2])
end
return destroyed
