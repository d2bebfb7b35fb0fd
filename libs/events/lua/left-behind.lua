-- Included where needed: up to `count` pending entries, from `from` on, whose claims have not been renewed for `idle` ms, as rows of
-- XPENDING; without those that wait for a worker that handles them. Returns Redis' error where XPENDING gives one.
-- @include entry-ids
-- @include waiting
-- @include consumers
local function leftBehind(stream, group, idle, from, count)
  local rows = redis.pcall('XPENDING', stream, group, 'IDLE', idle, from, '+', count)
  local hasWaiting = false
  for _, row in ipairs(rows) do hasWaiting = hasWaiting or isWaiting(row[2]) end
  if not hasWaiting then return rows end
  -- Thousands may wait: the other consumers are asked one by one.
  rows = {}
  for _, consumer in ipairs(consumersOf(stream, group)) do
    if consumer.pending > 0 and not isWaiting(consumer.name) then
      local own = redis.call('XPENDING', stream, group, 'IDLE', idle, from, '+', count, consumer.name)
      for _, row in ipairs(own) do rows[#rows + 1] = row end
    end
  end
  table.sort(rows, function(one, other) return isBefore(one[1], other[1]) end)
  for place = #rows, count + 1, -1 do rows[place] = nil end
  return rows
end
