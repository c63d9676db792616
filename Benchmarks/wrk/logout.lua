-- Ends sessions, each once: lines of "cookie<TAB>path", one file per thread. Stops when they are used up.
local threads = 0
function setup(thread)
  thread:set("id", threads)
  threads = threads + 1
end

function init(args)
  lines, first = {}, 1
  for line in io.lines(os.getenv("SESSIONS") .. "." .. id) do lines[#lines + 1] = line end
  answered = 0
end

function request()
  local line = lines[first] or lines[#lines]
  first = first + 1
  local cookie, path = line:match("^(.-)\t(.*)$")
  return wrk.format("GET", path, { ["Cookie"] = cookie })
end

function response(status)
  answered = answered + 1
  if answered >= #lines then wrk.thread:stop() end
end

function done(summary, latency, requests)
  io.write(string.format("RESULT %d %d %d\n", summary.requests, summary.duration, summary.errors.status))
end
