--- core.version, core.curl_version, core.now
local core = require "indoxhub.core"
print(core.version == indoxhub._VERSION)
--> true
print(core.curl_version():match("^%a+"))
--> libcurl
print(core.now() <= core.now())
--> true
