-- Included by settle.lua: a reply as text, to compare a read's reply now with its reply then.
-- Invariant: `src/transaction/reply-digest.ts` makes the same text of the same reply.

-- A reply as one string, so that two replies are equal exactly when their strings are: "-" for none, "$length:bytes",
-- "*count:" and the items. Hashes and sets have no order, so theirs are sorted.
local function byBytes(a, b) -- "<" would ask the locale of the server's environment
  for place = 1, math.min(#a, #b) do
    local one, other = string.byte(a, place), string.byte(b, place)
    if one ~= other then return one < other end
  end
  return #a < #b
end
local UNORDERED = { HGETALL = 2, SMEMBERS = 1 }
local function flatten(reply, step)
  if not reply then return '-' end
  if type(reply) == 'number' then reply = tostring(reply) end
  if type(reply) == 'string' then return '$' .. #reply .. ':' .. reply end
  if #reply == 1 then return '*1:' .. flatten(reply[1]) end
  local parts = {}
  for index = 1, #reply, step or 1 do
    local part = flatten(reply[index])
    if step == 2 then part = part .. flatten(reply[index + 1]) end
    parts[#parts + 1] = part
  end
  if step then table.sort(parts, byBytes) end
  return '*' .. #reply .. ':' .. table.concat(parts)
end
