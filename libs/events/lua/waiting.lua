-- Included by the scripts that need it: what waits for a worker that handles it is pending for a consumer whose name says so, see
-- wait-for-handler.lua. No worker has that name, so what the consumer holds looks as if a dead worker had left it.
local function isWaiting(consumer) return string.sub(consumer, 1, 12) == 'waiting for ' end
