-- The keys of subjects, to encrypt what is published about them. A subject without a key gets one.
--
-- KEYS[1]    the hash of keys: by subject "<number>:<key in Base64>"
-- KEYS[2]    the hash of subjects that were forgotten: "<number of the last key that was destroyed>|<who, when, why>"
-- ARGV[1..]  for each subject: the subject, a new key in Base64, 1 if a forgotten subject gets it, too, else 0
-- Replies    for each subject its key, as in the hash; '' for a forgotten subject that gets none
-- @all-rights
local replies = {}
for at = 1, #ARGV, 3 do
  local subject = ARGV[at]
  local own = redis.call('HGET', KEYS[1], subject)
  if not own then
    local forgotten = redis.call('HGET', KEYS[2], subject)
    if forgotten and ARGV[at + 2] == '0' then
      own = ''
    else
      local last = forgotten and tonumber(string.match(forgotten, '^%d+')) or 0
      own = string.format('%d', last + 1) .. ':' .. ARGV[at + 1]
      redis.call('HSET', KEYS[1], subject, own)
    end
  end
  replies[#replies + 1] = own
end
return replies
