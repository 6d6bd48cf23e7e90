-- `make reference`: writes all that is generated.
package.path = "./?.lua;" .. package.path
require("doc.generate.all").write()
