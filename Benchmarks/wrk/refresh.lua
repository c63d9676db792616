-- Rotation: every answer brings the token of a later request. One file of tokens per thread.
local threads = 0
function setup(thread)
  thread:set("id", threads)
  threads = threads + 1
end

function init(args)
  queue, first, last = {}, 1, 0
  for line in io.lines(os.getenv("TOKENS") .. "." .. id) do
    last = last + 1
    queue[last] = line
  end
  headers = {
    ["Content-Type"] = "application/x-www-form-urlencoded",
    ["Authorization"] = os.getenv("AUTHORIZATION"),
  }
end

function request()
  local token = queue[first] or "exhausted"
  queue[first] = nil
  first = first + 1
  return wrk.format("POST", "/oidc/token", headers, "grant_type=refresh_token&refresh_token=" .. token)
end

function response(status, _, body)
  local token = body:match('"refresh_token":"([^"]+)"')
  if status == 200 and token then
    last = last + 1
    queue[last] = token
  end
end

function done(summary, latency, requests)
  io.write(string.format("RESULT %d %d %d\n", summary.requests, summary.duration, summary.errors.status))
end
