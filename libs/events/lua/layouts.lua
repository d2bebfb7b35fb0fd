-- Included by the scripts that append entries. Many entries have the same fields, some of them with the same values: these are sent once,
-- as a layout. Each layout becomes a command that lacks only its stream and the other values.

-- Layouts from a place in a list on: their number; then for each: number of fields, and for each of them its name and the
-- value that all such entries have, '' where theirs differ. Returns also the place after the last one.
local function layoutsOf(list, at)
  local layouts = {}
  for layout = 1, list[at] do
    local fields = list[at + 1]
    local command, places = { 'XADD', '', '*' }, {}
    for place = 4, 2 * fields + 2, 2 do
      local fixed = list[at + place - 1]
      command[place], command[place + 1] = list[at + place - 2], fixed
      if fixed == '' then places[#places + 1] = place + 1 end
    end
    layouts[layout] = { command = command, fields = fields, places = places, size = #places }
    at = at + 1 + 2 * fields
  end
  return layouts, at + 1
end

-- Appends an entry whose own values stand in a list from a place on.
-- call: redis.call, or redis.pcall; what it returns is returned
local function appendEntry(layout, stream, list, first, call)
  local command, places = layout.command, layout.places
  command[2] = stream
  for index = 1, layout.size do command[places[index]] = list[first + index - 1] end
  return call(unpack(command))
end
