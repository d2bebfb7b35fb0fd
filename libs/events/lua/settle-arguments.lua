-- Included by settle.lua: unpacks its arguments, whose form is in the header of settle.lua.
--
-- Makes:
--   args      the values of all settlements, one after the other
--   streams   each {key, notes, count, lowest, highest, newest, newestEvent, toAcknowledge}; `toAcknowledge` collects the ids to acknowledge
--   shapes    each {stream, handler, handlers, isNoted, rule, reads, writes, events, eventsAt, size}; `size` is how many values of
--             args a settlement of this shape takes, `eventsAt` where its first event stands, counted from its beginning
-- Invariant: no Redis command is called. Malformed arguments fail here, before anything is read or written.

local head, args = cmsgpack.unpack(ARGV[3]), cmsgpack.unpack(ARGV[4])

local layouts, first = layoutsOf(head, 1)

local taken = first - 1
local function take()
  taken = taken + 1
  return head[taken]
end
local streams = {}
for index = 1, take() do
  streams[index] = {
    key = KEYS[take()], notes = KEYS[take()], count = take(), lowest = take(), highest = take(),
    newest = take(), newestEvent = take(), toAcknowledge = {},
  }
end
local shapes = {}
for index = 1, take() do
  local shape = { stream = streams[take()], handler = take(), handlers = {}, reads = {}, writes = {}, events = {} }
  for place = 1, take() do shape.handlers[place] = take() end
  shape.isNoted, shape.rule = take() == 1, take()
  -- How many values a settlement has.
  local size = 3 + (shape.isNoted and 1 or 0) + (shape.rule ~= '' and 5 or 0)
  for place = 1, take() do
    local read = { command = take(), count = take() }
    shape.reads[place] = read
    size = size + 2 + read.count
  end
  for place = 1, take() do
    local write = { command = take(), kind = take(), integer = take(), count = take() }
    shape.writes[place] = write
    size = size + 1 + write.count
  end
  shape.eventsAt = size
  for place = 1, take() do
    local layout = layouts[take()]
    shape.events[place] = layout
    size = size + 1 + layout.size
  end
  shape.size = size
  shapes[index] = shape
end
