#!lua flags=allow-oom
-- Reads entries of a partition for its owner: first all pending entries, whoever they were delivered to, then new ones. So what earlier
-- owners have left comes first, in the order of the stream. A reader that is not the owner any more gets nothing, so no entry is
-- delivered to two workers.
--
-- KEYS       the partition's streams, and then what fence.lua takes
-- ARGV[1]    group
-- ARGV[2]    consumer
-- ARGV[3]    how many entries of each stream
-- then       for each stream: where to go on with what is pending ('-', or '(' and an id), or '' for new entries only
-- then       for each stream: the last id that was delivered to the group, as the owner knows it, or '' where it does not. If it is not the
--            last one, a read that the owner has given up was executed after all: nothing is read now, since its entries are pending,
--            and come first
-- then       for each stream: what this worker handles of it, see wait-for-handler.lua: a line feed, and lines of consumers' names
-- then       after how long an entry is overdue that waits for a worker that handles it, ms
-- then       what fence.lua takes
-- Replies    for each stream: {where to go on, or '' at the end; entries that were pending, each {id, fields, deliveries to
--            other consumers before this one; 0 where they have handed it back}; ids that are pending, but whose entries
--            are gone; new entries, each {id, fields}; the last id that the group was given; after how many ms the first of
--            those that wait for a worker that handles them is overdue, -1 where this page has none}. An entry that is overdue
--            has a 1 behind its deliveries
-- @include fence
-- @all-rights
-- @include waiting
local group, consumer, count = ARGV[1], ARGV[2], ARGV[3]
local grace = tonumber(ARGV[4 + 3 * #KEYS])

local function takeOver(stream, from, handled)
  local rows = redis.call('XPENDING', stream, group, from, '+', count)
  local entries, vanished, dueIn = {}, {}, -1
  for _, row in ipairs(rows) do
    local id, isOwn, waited, deliveries = row[1], row[2] == consumer, row[3], row[4]
    local isUnknown = isWaiting(row[2]) and not string.find(handled, '\n' .. row[2] .. '\n', 1, true)
    if isUnknown and waited < grace then
      dueIn = dueIn < 0 and grace - waited or math.min(dueIn, grace - waited)
    else
      local entry = redis.call('XRANGE', stream, id, id)[1]
      if entry then
        entries[#entries + 1] = { id, entry[2], isOwn and 0 or deliveries, isUnknown and 1 or 0 }
        if not isOwn then
          redis.call('XCLAIM', stream, group, consumer, 0, id, 'RETRYCOUNT', deliveries + 1, 'JUSTID')
        end
      else
        vanished[#vanished + 1] = id
      end
    end
  end
  local last = rows[#rows]
  return #rows == tonumber(count) and '(' .. last[1] or '', entries, vanished, dueIn
end

local function lastGiven(stream)
  -- Of a stream that is gone: what is pending is asked for then, and that says NOGROUP.
  local groups = redis.pcall('XINFO', 'GROUPS', stream)
  for _, row in ipairs(groups) do
    local info = {}
    for index = 1, #row, 2 do info[row[index]] = row[index + 1] end
    if info.name == group then return info['last-delivered-id'] end
  end
end

local replies = {}
for index, stream in ipairs(KEYS) do
  local from, known = ARGV[3 + index], ARGV[3 + #KEYS + index]
  local claimed, vanished, fresh, dueIn = {}, {}, {}, -1
  if from == '' and known ~= '' and known ~= lastGiven(stream) then
    from = '-'
  else
    if from ~= '' then from, claimed, vanished, dueIn = takeOver(stream, from, ARGV[3 + 2 * #KEYS + index]) end
    -- As long as something is pending, nothing new comes before it.
    if from == '' and #claimed + #vanished < tonumber(count) then
      local read = redis.call('XREADGROUP', 'GROUP', group, consumer, 'COUNT', count, 'STREAMS', stream, '>')
      fresh = read and read[1][2] or fresh
    end
  end
  local last = #fresh > 0 and fresh[#fresh][1] or lastGiven(stream) or ''
  replies[index] = { from, claimed, vanished, fresh, last, dueIn }
end
return replies
