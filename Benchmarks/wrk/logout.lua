-- Ends sessions, each once: lines of "cookie<TAB>path", one file per thread. A thread that is through prints its result,
-- because wrk itself goes on waiting until its time is over.
package.path = os.getenv("LUA_FOLDER") .. "/?.lua"
require("common")
setup = enlist

local ffi = require("ffi")
ffi.cdef [[ typedef struct { long seconds, micros; } exeunt_time; int gettimeofday(exeunt_time *, void *); ]]
local function now()
  local time = ffi.new("exeunt_time")
  ffi.C.gettimeofday(time, nil)
  return tonumber(time.seconds) * 1e6 + tonumber(time.micros)
end

function init()
  lines, first, good, bad, extra = {}, first_place(id), 0, 0, 0
  for line in io.lines(os.getenv("SESSIONS") .. "." .. id) do lines[#lines + 1] = line end
  after = os.getenv("AFTER")
end

function request()
  if first == 1 then began = now() end
  local line = lines[first]
  first = first + 1
  -- Nothing left for this connection.
  if not line then return wrk.format("GET", "/health/live") end
  local cookie, path = line:match("^(.-)\t(.*)$")
  return wrk.format("GET", path, { ["Cookie"] = cookie })
end

function response(status, fields)
  local location = fields["location"] or fields["Location"]
  if status == 303 and location and location:sub(1, #after) == after then
    good = good + 1
  elseif status ~= 200 then
    bad = bad + 1
  end
  -- Answers to other connections may still come in after the last line's.
  if good + bad >= #lines and not reported then
    reported = true
    io.write(string.format("THREAD %d %d %.0f %.0f\n", good, bad, began, now()))
    io.flush()
    wrk.thread:stop()
  end
end
