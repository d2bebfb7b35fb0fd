#!lua flags=allow-oom
-- Removes the consumers of a group that hold nothing and have not been seen for long, of a stream that one worker reads.
--
-- KEYS[1]    the stream
-- ARGV[1]    group
-- ARGV[2]    the consumer that asks; it stays
-- ARGV[3]    how long a consumer must not have been seen, ms
-- ARGV[4]    how many at most
-- Replies    the names of the consumers that were removed
-- @all-rights
-- @include sweeping
return sweep(KEYS[1], ARGV[1], ARGV[2], tonumber(ARGV[3]), {}, tonumber(ARGV[4]))
