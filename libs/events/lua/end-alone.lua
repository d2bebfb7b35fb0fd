#!lua flags=allow-oom
-- A worker has come to an end of an event that it handled alone, perhaps after others have taken it over: the try is taken
-- off the handler's note, so that nobody thinks the worker died of it. What is settled has no note any more.
--
-- KEYS[1]    the group's hash of delivery notes
-- ARGV[1]    the note's field
-- ARGV[2]    the try, as it was noted
-- @all-rights
-- @include tries
local note = redis.call('HGET', KEYS[1], ARGV[1])
local counts = string.match(note or '', '^(%d+ %d+) ')
if counts then redis.call('HSET', KEYS[1], ARGV[1], noteAfter(note, counts .. ' -' .. ARGV[2])) end
