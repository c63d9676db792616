-- A live session's way to tokens: authorization, then redemption of its code. Two requests make one sign-in.
function init(args)
  codes, count = {}, 0
  cookie = { ["Cookie"] = os.getenv("COOKIE") }
  headers = {
    ["Content-Type"] = "application/x-www-form-urlencoded",
    ["Authorization"] = os.getenv("AUTHORIZATION"),
  }
end

function request()
  if count > 0 then
    local code = codes[count]
    codes[count] = nil
    count = count - 1
    local body = "grant_type=authorization_code&redirect_uri=" .. os.getenv("REDIRECT") .. "&code=" .. code
    return wrk.format("POST", "/oidc/token", headers, body)
  end
  return wrk.format("GET", os.getenv("AUTHORIZE"), cookie)
end

function response(status, fields, body)
  local location = fields["location"] or fields["Location"]
  local code = location and location:match("[?&]code=([^&]+)")
  if code then
    count = count + 1
    codes[count] = code
  end
end

function done(summary, latency, requests)
  io.write(string.format("RESULT %d %d %d\n", summary.requests, summary.duration, summary.errors.status))
end
