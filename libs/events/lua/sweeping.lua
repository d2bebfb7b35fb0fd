-- Included where needed: removes the consumers of a group that hold nothing and have not been seen for long. In a script, since between
-- a look and a separate XGROUP DELCONSUMER a consumer could come back, read, and lose what it read.
-- consumer: the one that asks; it stays
-- seen: names of consumers that were seen by other means. Before Redis 7.2, "idle" is the time since the last read that brought
-- entries, and tells nothing about a worker that waits.
-- most: how many at most
-- Returns the names of those that were removed; none where there is no such group.
local function sweep(stream, group, consumer, forgetAfterMs, seen, most)
  local removed = {}
  local rows = redis.pcall('XINFO', 'CONSUMERS', stream, group)
  if rows.err then return removed end
  for _, row in ipairs(rows) do
    if #removed >= most then break end
    local about = {}
    for index = 1, #row, 2 do about[row[index]] = row[index + 1] end
    local name = about.name
    if name ~= consumer and not seen[name] and about.pending == 0 and about.idle >= forgetAfterMs then
      redis.call('XGROUP', 'DELCONSUMER', stream, group, name)
      removed[#removed + 1] = name
    end
  end
  return removed
end
