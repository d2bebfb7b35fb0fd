-- The handler's name in the note of a reading: of an entry that several workers have not come to an end of, its reading is a
-- try alone, too. That note goes when the entry is settled, whether or not who settles it suspected anything.
local READING = '-'

-- What a handler's note of a delivery becomes. Its last part names the tries alone that were begun and of whose end nothing
-- is known, separated by commas; those that the new note does not speak of are kept.
-- old: the note so far; false for none
-- new: "failures time", and then "+name" of a try that begins, "-name" of one that has ended, or nothing; or another note
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
