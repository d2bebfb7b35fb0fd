-- Included where needed: a group's consumers, each as a table of its XINFO fields.
local function consumersOf(stream, group)
  local consumers = redis.call('XINFO', 'CONSUMERS', stream, group)
  for place, row in ipairs(consumers) do
    local about = {}
    for index = 1, #row, 2 do about[row[index]] = row[index + 1] end
    consumers[place] = about
  end
  return consumers
end
