#!lua flags=allow-oom
-- Takes a dead letter, to replay or to discard it; once, however many try at the same time. It runs when memory is short, too:
-- discarding frees some.
--
-- KEYS[1]    the dead letters
-- KEYS[2]    their history
-- KEYS[3]    the list of the key's parked events, see parked.lua
-- KEYS[4]    the group's replays, to replay it
-- KEYS[5]    the original's stream, to replay it
-- ARGV[1]    the dead letter's id
-- ARGV[2]    the original's entry id
-- ARGV[3]    how many entries the history keeps, about
-- ARGV[4]    another payload for the replay, or ''
-- ARGV[5..]  fields and values for the history
-- Replies    {'gone'}              there is no such dead letter
--            {'taken', id}         the replayed entry's id, or '' when it was discarded
--            {'parked', id}        the dead letter of the same partition key that comes first; '-' when it is being replayed
--            {'unfit', ''}         the original had too many fields for a replay
--            {'lost', ''}          it has only a part of the original, and its stream has it no more
--            {'again', ''}         too much for one call: call again
-- @all-rights
local deadLetters, history, list, replays, stream = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5]

-- @include parked

for _, key in ipairs({ history, replays }) do
  local kind = redis.call('TYPE', key).ok
  if kind ~= 'stream' and kind ~= 'none' then
    return redis.error_reply('WRONGTYPE ' .. key .. ' holds a ' .. kind .. ', not a stream')
  end
end
local deadLetter = redis.call('XRANGE', deadLetters, ARGV[1], ARGV[1])[1]
if not deadLetter then return { 'gone' } end
local entry, place, why
if replays then
  local first = parkedFrom(0, list, deadLetters)
  if first == false then return { 'again', '' } end
  place = first and findParked(list, ARGV[2])
  if place and place > 0 then return { 'parked', deadLetterOf(first) } end
  entry, why = replayOf(deadLetter[2], ARGV[4] ~= '' and ARGV[4] or nil, stream)
  if not entry then return { why, '' } end
end

-- First the write that may fail: the dead letter must not be lost.
local replayed = replays and redis.call('XADD', replays, '*', unpack(entry))
redis.call('XDEL', deadLetters, ARGV[1])
redis.call('XADD', history, 'MAXLEN', '~', ARGV[3], '*', unpack(ARGV, 5))
if not replays then
  -- A dead letter that was written by hand may name no entry.
  if string.match(ARGV[2], '^%d+%-%d+$') then unpark(list, ARGV[2]) end
  return { 'taken', '' }
end
if place then redis.call('LSET', list, place, ARGV[2] .. ' ' .. UNDER_WAY) end
return { 'taken', replayed }
