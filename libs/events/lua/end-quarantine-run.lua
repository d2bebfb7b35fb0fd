#!lua flags=allow-oom
-- Takes a quarantine run that has ended off the handler's note, so that it does not count as a crash; also when others have taken the
-- delivery over. A settled entry has no note any more.
--
-- KEYS[1]    the group's hash of delivery notes
-- ARGV[1]    the note's field
-- ARGV[2]    the name of the run, as it was noted
-- @all-rights
-- @include delivery-notes
local note = redis.call('HGET', KEYS[1], ARGV[1])
local counts = string.match(note or '', '^(%d+ %d+) ')
if counts then redis.call('HSET', KEYS[1], ARGV[1], noteAfter(note, counts .. ' -' .. ARGV[2])) end
