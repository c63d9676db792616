-- A live session's way to tokens: authorization, then redemption of its code. Two requests make one sign-in.
package.path = os.getenv("LUA_FOLDER") .. "/?.lua"
require("common")
setup = enlist

function init()
  codes, count, good = {}, 0, 0
  cookie = { ["Cookie"] = os.getenv("COOKIE") }
  headers = {
    ["Content-Type"] = "application/x-www-form-urlencoded",
    ["Authorization"] = os.getenv("AUTHORIZATION"),
  }
  authorize, redirect = os.getenv("AUTHORIZE"), os.getenv("REDIRECT")
end

function request()
  if count > 0 then
    local code = codes[count]
    codes[count] = nil
    count = count - 1
    local body = "grant_type=authorization_code&redirect_uri=" .. redirect .. "&code=" .. code
    return wrk.format("POST", "/oidc/token", headers, body)
  end
  return wrk.format("GET", authorize, cookie)
end

function response(status, fields, body)
  if status == 200 then
    if body:find('"id_token":"', 1, true) then good = good + 1 end
    return
  end
  local location = fields["location"] or fields["Location"]
  local code = location and location:match("[?&]code=([^&]+)")
  if code then
    count = count + 1
    codes[count] = code
  end
end

function done(summary) report(summary) end
