#!lua flags=allow-oom
-- Takes over entries whose claims have not been renewed for some time, and tells how often each was delivered before. XAUTOCLAIM hides
-- that, and so whether workers may have died of the entry. Entries that wait for a worker that handles them stay where they are.
--
-- KEYS[1]    the stream
-- ARGV[1]    group
-- ARGV[2]    consumer
-- ARGV[3]    for how long its claim must not have been renewed, ms
-- ARGV[4]    where to begin: an entry id, or '(' and one
-- ARGV[5]    how many at most
-- Replies    {where to go on, or '' at the end; entries, each {id, fields, deliveries before this one; 0 where its
--            consumer has handed it back}; ids that are pending, but whose entries are gone}
-- @all-rights
-- @include left-behind
local stream, group, consumer, count = KEYS[1], ARGV[1], ARGV[2], tonumber(ARGV[5])
local rows = leftBehind(stream, group, ARGV[3], ARGV[4], count)
if rows.err then return rows end
local entries, vanished = {}, {}
for _, row in ipairs(rows) do
  local id, deliveries = row[1], row[4]
  local entry = redis.call('XRANGE', stream, id, id)[1]
  if entry then
    entries[#entries + 1] = { id, entry[2], deliveries }
    -- A claim on one's own entry is no new delivery.
    local now = row[2] == consumer and deliveries or deliveries + 1
    redis.call('XCLAIM', stream, group, consumer, 0, id, 'RETRYCOUNT', now, 'JUSTID')
  else
    vanished[#vanished + 1] = id
  end
end
local last = rows[#rows]
return { #rows == count and '(' .. last[1] or '', entries, vanished }
