-- One stage of lives in Redis. KEYS: none. ARGV: stage (0 submit .. 6 close), how many, text.
-- A ticket is a hash, queues are sorted by due time, an event is an entry of a stream.
local stage, count, text = tonumber(ARGV[1]), tonumber(ARGV[2]), ARGV[3]
local now = redis.call('time')
local at = now[1] * 1000 + math.floor(now[2] / 1000)
local moved
if stage == 0 then
    moved = {}
    for index = 1, count do
        local id = redis.call('incr', 'last')
        redis.call('set', 'wx' .. id, id)
        redis.call('hset', 't' .. id, 'unit', id % 8, 'level', 1, 'title', string.sub(text, 1, 40), 'code', id * 7919 % 1000000)
        moved[index] = id
    end
else
    moved = redis.call('zpopmin', 'q' .. (stage - 1), count)
    local ids = {}
    for index = 1, #moved, 2 do
        ids[#ids + 1] = moved[index]
    end
    moved = ids
end
for _, id in ipairs(moved) do
    redis.call('hset', 't' .. id, 'state', stage, 'version', stage + 1, 'at', at)
    if stage < 6 then
        redis.call('zadd', 'q' .. stage, at + 14400000, id)
    end
    redis.call('xadd', 'log', '*', 'ticket', id, 'kind', stage, 'body', stage == 0 and text or 'said')
end
return #moved
