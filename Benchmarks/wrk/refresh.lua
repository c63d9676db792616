-- Rotation: every answer brings the token of a later request. One file of tokens per thread.
package.path = os.getenv("LUA_FOLDER") .. "/?.lua"
require("common")
setup = enlist

function init()
  queue, first, last, good = {}, first_place(id), 0, 0
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
    good = good + 1
  end
end

function done(summary) report(summary) end
