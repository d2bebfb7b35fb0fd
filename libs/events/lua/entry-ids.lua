-- Included where needed: the order of entry ids.
local function partsOf(id)
  local ms, sequence = string.match(id, '^(%d+)-?(%d*)')
  return tonumber(ms), tonumber(sequence) or 0
end
local function isBefore(one, other)
  local oneMs, oneSequence = partsOf(one)
  local otherMs, otherSequence = partsOf(other)
  if oneMs ~= otherMs then return oneMs < otherMs end
  return oneSequence < otherSequence
end
