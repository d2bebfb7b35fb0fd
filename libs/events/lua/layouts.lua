-- Included by the scripts that append entries, many of which have the same fields: their names come once, as a layout.
-- Each layout becomes a command that lacks its stream and the values.

-- Layouts from a place in a list on: their number; then for each: number of fields, their names.
local function layoutsOf(list, at)
  local layouts = {}
  for layout = 1, list[at] do
    local size = list[at + 1]
    local command = { 'XADD', '', '*' }
    for place = 1, size do
      command[2 * place + 2], command[2 * place + 3] = list[at + 1 + place], ''
    end
    layouts[layout] = { command = command, size = size }
    at = at + 1 + size
  end
  return layouts
end

-- Appends an entry whose values stand in a list from a place on; its id.
local function appendEntry(layout, stream, list, first)
  local command = layout.command
  command[2] = stream
  for place = 1, layout.size do command[2 * place + 3] = list[first + place - 1] end
  return redis.call(unpack(command))
end
