#!lua flags=allow-oom
-- Hands back what a consumer has pending, before it leaves the group: the entries become claimable at once, as if never delivered, since no
-- worker died of them. A consumer that holds nothing is deleted. XGROUP DELCONSUMER alone would lose its pending entries for ever.
--
-- A call hands back one page of entries; it is called until no more are left.
--
-- KEYS[1]    the stream
-- ARGV[1]    group
-- ARGV[2]    consumer
-- ARGV[3]    how long the entries look idle from now on, ms: at least the claim time of the others
-- ARGV[4]    where to begin: '-' at first, or what the reply before said
-- ARGV[5]    how many at most
-- Replies    {how many entries were handed back; where to go on, or '' at the end}
-- @all-rights
local group, consumer = ARGV[1], ARGV[2]
local page = redis.call('XPENDING', KEYS[1], group, ARGV[4], '+', ARGV[5], consumer)
if #page > 0 then
  local call = { 'XCLAIM', KEYS[1], group, consumer, 0 }
  for _, row in ipairs(page) do call[#call + 1] = row[1] end
  for _, option in ipairs({ 'IDLE', ARGV[3], 'RETRYCOUNT', 0, 'JUSTID' }) do call[#call + 1] = option end
  redis.call(unpack(call))
elseif ARGV[4] == '-' then
  redis.call('XGROUP', 'DELCONSUMER', KEYS[1], group, consumer)
end
return { #page, #page == tonumber(ARGV[5]) and '(' .. page[#page][1] or '' }
