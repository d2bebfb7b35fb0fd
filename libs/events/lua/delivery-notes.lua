-- The handler's name in the note of an entry's decoding. In quarantine, decoding is a run of its own, since workers may die of it, too.
-- The note is deleted when the entry is settled, in quarantine or not.
local DECODING = '-'

-- A handler's note after a change: "failures time runs". The runs are the quarantine runs that began and have not ended, separated by
-- commas; those that the change does not name are kept.
-- old: the note so far; false for none
-- new: "failures time ", followed by "+name" of a run that begins, "-name" of one that has ended, or nothing. Another text replaces the note
local function noteAfter(old, new)
  local counts, sign, name = string.match(new, '^(%d+ %d+) ([+-]?)(%S*)$')
  if not counts then return new end
  local names = {}
  for other in string.gmatch(string.match(old or '', '^%d+ %d+ (%S*)$') or '', '[^,]+') do
    if other ~= name then names[#names + 1] = other end
  end
  if sign == '+' then names[#names + 1] = name end
  return counts .. ' ' .. table.concat(names, ',')
end
