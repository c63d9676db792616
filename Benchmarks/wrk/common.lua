-- Shared by all drivers: what a run reports. Each thread counts the answers that were what was asked for in its global
-- `good`; wrk itself counts statuses above 399 and broken connections.
local runs = {}

function enlist(thread)
  thread:set("id", #runs)
  runs[#runs + 1] = thread
end

-- wrk calls request() once on its first thread without sending the result; a queue starts one place earlier there.
function first_place(id) return id == 0 and 0 or 1 end

function report(summary)
  local good, broken = 0, summary.errors
  for _, thread in ipairs(runs) do good = good + (thread:get("good") or 0) end
  io.write(string.format("RESULT %d %d %d %d\n", summary.requests, summary.duration,
    broken.status + broken.connect + broken.read + broken.write + broken.timeout, good))
end
