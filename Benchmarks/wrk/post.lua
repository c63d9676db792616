-- One request over and over: BODY and AUTHORIZATION come from the environment. What it answers is checked beforehand.
package.path = os.getenv("LUA_FOLDER") .. "/?.lua"
require("common")
setup = enlist

wrk.method = os.getenv("BODY") and "POST" or "GET"
wrk.body = os.getenv("BODY")
wrk.headers["Content-Type"] = "application/x-www-form-urlencoded"
if os.getenv("AUTHORIZATION") then wrk.headers["Authorization"] = os.getenv("AUTHORIZATION") end

function done(summary) report(summary) end
