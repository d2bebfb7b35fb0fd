-- Included by the scripts that look at entries: an entry as it is, or the beginnings of its fields where it is larger than the caller
-- wants. So a caller never gets more than it can hold, however large an entry is.

-- whole     bytes up to which an entry comes as it is
-- part      bytes of a name and of a value of a larger one; 0 for none of its fields
-- others    bytes of all other fields
-- names     of fields that are always included, the last two of each
local function boundsOf(whole, part, others, names)
  local known = {}
  for _, name in ipairs(names) do known[name] = true end
  return { whole = tonumber(whole), part = tonumber(part), others = tonumber(others), known = known }
end

-- The beginning of a text, not in the middle of a character of UTF-8.
local function beginningOf(text, most)
  if #text <= most then return text end
  local last = most
  for _ = 1, 3 do
    local byte = string.byte(text, last + 1)
    if byte < 128 or byte > 191 then break end
    last = last - 1
  end
  return string.sub(text, 1, last)
end

local function sizeOf(fields)
  local size = 0
  for index = 1, #fields do size = size + #fields[index] end
  return size
end

local function partsOf(fields, bounds)
  if bounds.part == 0 then return {} end
  local seen, kept = {}, {}
  for index = #fields - 1, 1, -2 do
    local name = fields[index]
    if bounds.known[name] and (seen[name] or 0) < 2 then
      seen[name] = (seen[name] or 0) + 1
      kept[index] = true
    end
  end
  local parts, left = {}, bounds.others
  for index = 1, #fields - 1, 2 do
    if kept[index] or left > 0 then
      local name, value = beginningOf(fields[index], bounds.part), beginningOf(fields[index + 1], bounds.part)
      if not kept[index] then left = left - #name - #value end
      parts[#parts + 1], parts[#parts + 2] = name, value
    end
  end
  return parts
end

-- An entry as the caller gets it, and its size in bytes: {id, fields}, or {id, parts, bytes, how many names and values it has}.
local function lookedAt(entry, bounds)
  local id, fields = entry[1], entry[2]
  local size = sizeOf(fields)
  if size <= bounds.whole then return entry, size end
  return { id, partsOf(fields, bounds), size, #fields }, size
end
