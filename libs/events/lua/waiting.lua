-- Included where needed: an entry that waits for a worker that handles it is pending for a consumer whose name says so, see
-- wait-for-handler.lua. No worker has that name, so its entries look as if a dead worker had left them.
local function isWaiting(consumer) return string.sub(consumer, 1, 12) == 'waiting for ' end
