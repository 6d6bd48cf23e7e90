---@meta indoxhub.core

--- The C core, for tests and for programs that want the parts without the
--- client. Wrong types raise; what the world refuses is `nil, message`.
---@class indoxhub.core
---@field version string The version of the library that it was built with.
local core = {}

--- Seconds of the monotonic clock.
---@return number
function core.now() end

--- Whether the running coroutine can be suspended here; nil where Lua does not
--- tell, as 5.1 and 5.2.
---@return boolean?
function core.can_suspend() end

--- "libcurl/8.x (OpenSSL/3.x)".
---@return string
function core.curl_version() end

--- The value of a JSON text, and whether half of a surrogate pair stood in it
--- alone; nil and a message when it is none. Such a half becomes U+FFFD, or with
--- `keeps_halves` the three bytes that UTF-8 would have for it. Null is absent
--- from objects, unless `keeps_nulls` is set, and in lists a light userdata;
--- whole numbers are integers.
---@param text string
---@param keeps_halves? boolean default false
---@param keeps_nulls? boolean default false
---@return any value, boolean|string halves
function core.json_decode(text, keeps_halves, keeps_nulls) end

--- A value as JSON; raises what is wrong with it, by the name of the field. The
--- userdata `also_null` is written as null, as the light userdata is. A table
--- whose metatable is `mark` is written as the string that `texts` has for it;
--- where it has none, the results are nil and the list of such tables.
---@param value any
---@param also_null? any
---@param mark? table
---@param texts? table<table, string>
---@return string? text, table[]? missing
function core.json_encode(value, also_null, mark, texts) end

--- Marks a table as a list, for when it is empty.
---@generic T: table
---@param list T
---@return T
function core.json_array(list) end

--- The text that a table was decoded from, of those that go back to servers: the
--- lists and objects in fields named `arguments`, `input`, `reasoning_details` or
--- `extra_content`.
---@param value any
---@return string?
function core.json_raw(value) end

--- Marks a table so that this text is written in its place.
---@generic T: table
---@param value T
---@param text string
---@return T
function core.json_with_raw(value, text) end

--- What is wrong with a text that is not UTF-8: "is not UTF-8: byte 3 (0xFF)".
---@param text string
---@return string?
function core.not_utf8(text) end

--- The headers of an answer by their names in lower case; the values of those
--- that came several times are joined by ", ".
---@param lines string
---@return table<string, string>
function core.headers(lines) end

--- What tonumber() says of a decimal number, whatever the locale is; a number
--- itself.
---@param value any
---@return number?
function core.number(value) end

--- The bytes of a regular file, or its first ones. Unlike io.open it does not
--- wait for the other end of a pipe.
---@param path string
---@param most? integer Bytes.
---@return string? bytes, string? message, integer? os_error
function core.read_file(path, most) end

--- A file that is removed when this is collected.
---@class indoxhub.core.Draft
local draft = {}

--- Makes an empty file that only its owner can read and write; fails when there
--- is something of that name. It goes with the draft, unless that is told to
--- keep it.
---@param path string
---@return indoxhub.core.Draft? draft, string? message
function core.create_file(path) end

--- The file stays, or is gone already.
function draft:keep() end

--- Gives a file the permissions of what stands at a place, or those of any new
--- file where nothing does.
---@param path string
---@param place string
---@return true? done, string? message
function core.match_mode(path, place) end

--- Waits until all of a file is on the disk.
---@param path string
---@return true? done, string? message
function core.sync_file(path) end

--- Where a symbolic link leads, as it says itself; fails when it is none.
---@param path string
---@return string? text, string? message
function core.read_link(path) end

--- A file that grows line by line, and that one program writes to at a time.
---@class indoxhub.core.Journal
local journal = {}

--- Opens a file, or makes an empty one that only its owner can read, and locks it
--- until it is closed or collected. "locked" when that is somebody else's.
---@param path string
---@return indoxhub.core.Journal? journal, string? message, "locked"|nil code
function core.journal(path) end

--- A piece of the file from a place on, counted from 0; "" at its end.
---@param at integer
---@return string? bytes, string? message
function journal:read(at) end

--- Adds bytes to its end, all of them or none.
---@param bytes string
---@return true? ok, string? message
function journal:append(bytes) end

--- Takes away what stands behind a place.
---@param size integer
---@return true? ok, string? message
function journal:cut(size) end

--- Waits until all of it is on the disk.
---@return true? ok, string? message
function journal:sync() end

--- Lets go of the file.
function journal:close() end

--- The names of what is in a folder, in no order.
---@param path string
---@return string[]? names, string? message
function core.list_folder(path) end

--- Bytes as base64, with the standard alphabet and padding.
---@param bytes string
---@return string text
function core.base64(bytes) end

--- The bytes of base64. Takes both alphabets, text without padding, and white
--- space in between.
---@param text string
---@return string? bytes, string? message
function core.unbase64(text) end

--- The SHA-256 of bytes, as hexadecimal digits.
---@param bytes string
---@return string digest
function core.sha256(bytes) end

--- A digest of bytes that come piece by piece.
---@class indoxhub.core.Sha256
local sum = {}

--- Begins a digest to which bytes are added.
---@return indoxhub.core.Sha256
function core.sha256_sum() end

--- Adds bytes.
---@param bytes string
function sum:add(bytes) end

--- The digest of all bytes so far, to which more may be added.
---@return string digest
function sum:digest() end

--- Whether a descriptor is a terminal.
---@param descriptor integer
---@return boolean
function core.isatty(descriptor) end

--- Takes Ctrl-C over, for programs, never for libraries; with `ends` also the
--- first SIGTERM and SIGHUP, of which `core.ending` tells.
---@param ends? boolean Default: false.
---@return true? ok, string? message
function core.catch_interrupts(ends) end

--- The number of the signal that ends the program, once it was caught.
---@return integer? signal
function core.ending() end

--- Whether there was a Ctrl-C since the last call.
---@return boolean
function core.interrupted() end

--- Waits until a descriptor is readable; false when a caught Ctrl-C came first.
---@param descriptor integer
---@return boolean? readable, string? message
function core.await_input(descriptor) end

--- What there is to be read from a descriptor, once there is something; "" at
--- its end, false when a caught Ctrl-C came first.
---@param descriptor integer
---@return string|false? bytes, string? message
function core.read_input(descriptor) end

--- How wide a terminal is; nil for what is none.
---@param descriptor integer
---@return integer? columns
function core.terminal_width(descriptor) end

--- Has SIGTERM, SIGHUP and SIGQUIT leave a terminal in the mode it is in now.
--- Once, before something changes that mode; for programs, never for libraries.
---@param descriptor integer
---@param farewell string What it is told when its mode is another one then.
---@return true? ok, string? message
function core.guard_terminal(descriptor, farewell) end

--- Makes writing to a pipe that nobody reads fail, where it would end the
--- process. For programs, never for libraries.
function core.ignore_broken_pipes() end

--- Opens stdin, stdout and stderr where whoever started the process closed
--- them. For programs, never for libraries.
function core.fill_descriptors() end

--- Makes a folder that is its owner's alone, unless there is one.
---@param path string
---@return true? ok, string? message
function core.make_folder(path) end

--- Locks an open file against other processes that do so, until it is closed;
--- waits until they have closed theirs, or until a signal.
---@param file file*
---@return true? ok, string? message
function core.lock(file) end

---------------------------------------------------------------------------

--- An event of a stream.
---@class indoxhub.core.Event
---@field event string Its type: "message" when the stream named none.
---@field data string What it carries.
---@field id string The last event id in force, "" when none.

--- A parser of event streams.
---@class indoxhub.core.Sse
local sse = {}

--- An event-stream parser. With `objects` a line that begins with a brace is
--- data, too: JSON that a server forgot to frame.
---@param options? {max_event_bytes?: integer, objects?: boolean} Default: 64 MiB.
---@return indoxhub.core.Sse
function core.sse(options) end

--- Takes bytes, however they are cut. Returns the events they complete, or nil
--- and a message; after an error every call returns it again.
---@param bytes string
---@return indoxhub.core.Event[]? events, string? message
function sse:feed(bytes) end

--- Milliseconds of the last valid `retry` field.
---@return integer?
function sse:retry() end

--- The last event id in force, "" when there was none. It may have come without
--- an event.
---@return string
function sse:last_id() end

---------------------------------------------------------------------------

--- All transfers of a Lua state, behind one descriptor.
---@class indoxhub.core.Engine
local engine = {}

--- An engine. A program needs one; the client makes it by itself.
---@return indoxhub.core.Engine? engine, string? message
function core.engine() end

--- The descriptor that is readable whenever `step` has something to do.
---@return integer? fd, string? message
function engine:fd() end

--- Does a bounded share of the work, after waiting at most `wait` seconds for
--- some. Writes the tokens of transfers and programs with news to
--- `ready[1 .. count]`.
---@param ready integer[]
---@param seconds? number Default: 0.004.
---@param bytes? integer Of bodies. Default: 128 KiB.
---@param wait? number Seconds. Default: 0: does not wait.
---@return integer? count, string? message
function engine:step(ready, seconds, bytes, wait) end

--- What `engine:spawn` takes.
---@class indoxhub.core.Program
---@field argv string[] The program and its arguments. No shell takes part.
---@field env string[] Its whole environment, as "NAME=value"; a program without a slash is looked for in its PATH.
---@field cwd? string The folder to start it in.
---@field max_line integer The longest line of its output, in bytes.

--- A program that was started, of which `step` tells news by its token.
---@class indoxhub.core.Child
local child = {}

--- Starts a program whose standard streams are pipes to here. It gets no other
--- descriptor, and dies with this process. `stage` says what could not be done:
--- "prepare", "cwd" or "exec".
---@param program indoxhub.core.Program
---@return indoxhub.core.Child? child, string? message
---@return string? stage
function engine:spawn(program) end

--- The integer that names it in the list of `step`; nil when it is closed.
---@return integer?
function child:token() end

--- Has bytes written to its input, when it reads. `why` is "closed", "full"
--- when it has 32 MiB not read, or "memory".
---@param bytes string
---@return true? ok, string? why
function child:write(bytes) end

--- How many bytes wait to be written.
---@return integer
function child:unsent() end

--- Its input ends when what waits was written.
function child:close_input() end

--- The next line of its output ("out") or its errors ("err"), without its end;
--- nil when there is none yet. `why` is "limit" when a line of the output is too
--- long; of errors such a line comes in pieces of 4 KiB.
---@param stream "out"|"err"
---@return string? line, string? why
function child:line(stream) end

--- Whether that stream has ended, and all its lines were taken.
---@param stream "out"|"err"
---@return boolean
function child:over(stream) end

--- How it has ended: "exit" and its code, or "signal" and its number; nil while
--- it runs.
---@return "exit"|"signal"|nil how, integer? number
function child:ended() end

--- Whether somebody waits for it: then the engine is busy.
---@param wanted boolean
function child:want(wanted) end

--- Sends a signal to it, and to all that it has started.
---@param number integer
function child:signal(number) end

--- Kills it, and all that it has started. Closing again does nothing.
function child:close() end

--- Begins a transfer. Timeouts are seconds; those left out are off. When a
--- file of the form cannot be read, `kind` is "file" and nothing was begun.
---@param request indoxhub.core.Request
---@return indoxhub.core.Transfer? transfer, string? message
---@return string? kind, integer? os_error
function engine:submit(request) end

--- Makes the descriptor readable in some seconds; nil: not any more.
---@param seconds? number
function engine:alarm(seconds) end

--- How many transfers are not over.
---@return integer
function engine:running() end

--- Whether a step may bring news.
---@return boolean
function engine:busy() end

--- Whether another process made it; then nothing works any more.
---@return boolean
function engine:forked() end

--- Whether it was closed.
---@return boolean
function engine:closed() end

--- Makes a caught Ctrl-C end the waits of `step`.
---@return true? ok, string? message
function engine:wake_on_interrupt() end

--- Makes its descriptor readable when another one is.
---@param descriptor integer
---@return true? ok, string? message
function engine:watch(descriptor) end

--- Ends all transfers. Closing again does nothing.
function engine:close() end

--- What to transfer.
---@class indoxhub.core.Request
---@field method string The HTTP method.
---@field url string The address.
---@field headers? string[] Lines such as "Name: value".
---@field body? string The body.
---@field form? indoxhub.core.Part[] A multipart body in place of `body`.
---@field expect? boolean The body waits, 1 s at most, for the server's go-ahead.
---@field progress? boolean Whether bytes that were sent are news.
---@field paced? boolean The answer is read while it arrives: slow reading slows the sender.
---@field queue_bytes? integer Most bytes of a paced body that may wait. Default: 512 KiB.
---@field max_bytes? integer Most bytes of a body that is read whole.
---@field max_event_bytes? integer Most bytes of one event. Default: 64 MiB.
---@field connect? number Seconds for name, TCP and TLS.
---@field first_byte? number Seconds until something comes that means something.
---@field idle? number Seconds without a byte, whatever it means.
---@field total? number Seconds for all of it.
---@field proxy? string The URL of a proxy.
---@field ca_file? string A file of certificate authorities.
---@field unverified? boolean Whether whoever answers is believed. Default: false.
---@field http1? boolean Whether HTTP/2 is never used.
---@field gate? indoxhub.core.Gate What it must pass before it starts; `total` goes on meanwhile.
---@field tape_bytes? integer Most bytes of a copy of the body, for `transfer:tape`. Default: 0: none is made.
---@field played? indoxhub.core.Played The answer, when it is known and nothing is to be sent.

--- An answer that is played in place of being asked for.
---@class indoxhub.core.Played
---@field status integer The HTTP status, from 200 on.
---@field head string Header lines as they are sent, the first and the empty one included.
---@field body string The decoded bytes.
---@field marks number[] Of each piece of the body, in turn: seconds since the beginning, and its length.
---@field sent? integer How many bytes the request is said to have had.

--- Lets some transfers through at the same time; the others wait, the first to
--- come the first to pass. Made for the requests of one client.
---@class indoxhub.core.Gate
local gate = {}

--- Whether the next one would wait.
---@return boolean
function gate:full() end

--- A gate that lets so many transfers through at the same time.
---@param most integer 1 or more.
---@return indoxhub.core.Gate? gate, string? message
function core.gate(most) end

--- A part has one of `data`, `path` and `pull`. One with a file name and no type
--- is sent as "application/octet-stream".
---@class indoxhub.core.Part
---@field name string The name of the field.
---@field data? string Its bytes.
---@field path? string A file, which is read while it is sent.
---@field pull? boolean Whether its bytes are fed; for one part of a form only.
---@field size? integer How many bytes will be fed; without it they go in chunks.
---@field filename? string The name that the server is told. Default: the last segment of `path`.
---@field type? string Its content type.

---------------------------------------------------------------------------

--- A request and its answer on their way.
---@class indoxhub.core.Transfer
local transfer = {}

--- Names the transfer in the list of `engine:step`.
---@return integer
function transfer:token() end

--- How often `engine:step` told of its news. Whoever sees it change between a
--- look at the transfer and the wait for news must not wait.
---@return integer
function transfer:told() end

--- The HTTP status; nil before the head is complete.
---@return integer?
function transfer:status() end

--- The header lines of the last response.
---@return string
function transfer:head() end

--- All bytes of the body that wait; "" when none do.
---@return string
function transfer:read() end

--- Writes all bytes of the body that wait to a file.
---@param file file*
---@return integer? bytes, string? message
function transfer:write_to(file) end

--- Forgets the bytes of the body that wait.
function transfer:drop() end

--- Whether the body is handed out as what its Content-Encoding stands for, and
--- not as it was sent; also when it cannot be decoded.
---@return boolean
function transfer:encoded() end

--- How many bytes of the body wait.
---@return integer
function transfer:waiting() end

--- A copy of the body so far, and of each time that some of it came, in turn:
--- seconds since the beginning, and how many bytes. Nil when none was asked for,
--- or there is more than that. The bytes may be more than the numbers tell of.
---@return string? bytes, number[]? marks
function transfer:tape() end

--- The first bytes of the body that wait, eight at most, without a byte order
--- mark and blanks in front. They still wait.
---@return string
function transfer:peek() end

--- Reads a paced body at its end after all.
function transfer:whole() end

--- Reads the body as an event stream: writes what waits to `batch[1 .. count]`,
--- a string for an event whose text was recognised, and a table for any other,
--- which ends the batch: `texts` strings come first, with the text of `events`
--- events; as one string when they are `joined`. With `whole` every event is a
--- table, with `empty` one with an empty text, which else is left out. The
--- message of a failure is "limit" or "memory".
---@param batch (string|indoxhub.core.Event)[]
---@param most integer
---@param whole? boolean
---@param joined? boolean
---@param empty? boolean
---@return integer? count, integer|string texts_or_message, integer events
function transfer:take(batch, most, whole, joined, empty) end

--- What would be the next event if a blank line stood behind all that came; nil
--- when there is nothing. To be called when nothing more comes.
---@return indoxhub.core.Event?
function transfer:rest() end

--- Tells that an event of the last `take` meant something, so that the wait for
--- the next one begins anew: comments and pings extend it to `first_byte`, or to
--- `idle` where that is longer, and no further. `take` does so by itself for the
--- events it recognises, and for one of 4 KiB or more that has begun.
function transfer:heard() end

--- Shows an event and the text it carries in `holes` (1 or 2) of its strings, so
--- that its like is recognised. False when that is not so.
---@param event string
---@param data string
---@param text string
---@param holes integer
---@return boolean learned
function transfer:learn(event, data, text, holes) end

--- Adds decoded text to the text so far.
---@param text string
function transfer:append(text) end

--- All text so far, recognised or appended.
---@return string
function transfer:text() end

--- Whether the fed part of the form wants bytes. Becoming so is news.
---@return boolean
function transfer:hungry() end

--- Takes bytes of the fed part, nil for its end, and returns whether it wants
--- more. A part with a size is complete only when its end was marked; another
--- number of bytes ends the transfer as "upload_size".
---@param bytes? string
---@return boolean hungry
function transfer:feed(bytes) end

--- Bytes of the body sent so far, and in all, nil when that is not known. Bytes
--- that frame chunks count.
---@return number sent, number? total
function transfer:sent() end

--- How it ended; nil while it runs.
---@return indoxhub.core.Result?
function transfer:result() end

--- Ends it now. What waits can still be read.
function transfer:cancel() end

--- Ends it, as "total", in some seconds at the latest, and never later than its
--- own total time. The last call counts.
---@param seconds number
function transfer:linger(seconds) end

--- Tells, on a unix socket of this process, when a descriptor is readable.
---@param descriptor integer
---@return indoxhub.core.Waker? waker, string? message
function core.waker(descriptor) end

--- Tells on a unix socket when a descriptor is readable.
---@class indoxhub.core.Waker
local waker = {}

--- Where to connect to; nil when it is closed.
---@return string?
function waker:path() end

--- Takes that connection, and sends a byte on it when the descriptor is readable.
---@return true? ok, string? message
function waker:accept() end

--- The descriptor was attended to: the next byte may come.
function waker:rearm() end

--- Ends the connection.
function waker:hang_up() end

--- Ends all; also the finalizer.
function waker:close() end

--- Learns from C callbacks that things of the host's have ended.
---@return indoxhub.core.Notices? notices, string? message
function core.notices() end

--- Callbacks of C that the host is to call, as a list.
---@class indoxhub.core.Notices
local notices = {}

--- Readable while there is something to take.
---@return integer? descriptor
function notices:fd() end

--- A callback, `void (*)(void *)`, and what the host must call it with, once.
---@return integer? number, lightuserdata? callback, lightuserdata? argument
function notices:add() end

--- The number of a callback that was called.
---@return integer?
function notices:take() end

--- Also the finalizer. Callbacks may still be called.
function notices:close() end

--- How a transfer ended.
---@class indoxhub.core.Result
---@field ended string How it ended: "complete", "curl", "connect", "first_byte", "idle", "total", "gate", "body_limit", "head_limit", "cut", "encoding", "encoding_cut", "upload_size", "file", "memory", "cancelled", "closed" or "forked".
---@field curl integer The code of libcurl.
---@field os_error integer The error of the system: 0 when there is none.
---@field text string What libcurl, or the file system, says about it.
---@field bytes_in number Bytes of the body that came, as they were sent.
---@field bytes_out number Bytes of the body that was sent.
---@field sent_all boolean False when the server cannot have the whole request.
---@field unprocessed boolean True when the server has said that it did nothing about it.
---@field unsaid boolean True when its body ended with a connection whose TLS did not say so.
---@field new_connections integer How many connections were made for it.
---@field timing {name: number, connect: number, tls: number, request: number, total: number} Seconds from the start to the end of each phase.

---------------------------------------------------------------------------

--- A vector of a list of numbers; nil and the index of what no float32 can be.
---@param list number[]
---@return indoxhub.Vector? vector, integer? index
function core.vector(list) end

--- A vector of float32, each with its lowest byte first; nil when there are not
--- whole ones.
---@param bytes string
---@return indoxhub.Vector?
function core.vector_from(bytes) end

--- A matrix of a list of vectors; nil and the index of what is none, or has
--- other dimensions than the first.
---@param list indoxhub.Vector[]
---@return indoxhub.Matrix? matrix, integer? index
function core.matrix(list) end

--- A matrix of the bytes of its vectors; nil when there are not whole ones.
---@param bytes string
---@param dimensions integer
---@return indoxhub.Matrix?
function core.matrix_from(bytes, dimensions) end

--- The same from a file. The message is "size", and the file's bytes follow,
--- when there are not whole vectors in it.
---@param path string
---@param dimensions integer
---@return indoxhub.Matrix? matrix, string? message, integer? size
function core.read_matrix(path, dimensions) end

--- The vectors of an embeddings reply, and its text with a string in place of
--- each: "\0vector 1" and so on. The text itself and nil when it has none.
---@param text string JSON.
---@return string rest, indoxhub.Vector[]? vectors
function core.take_vectors(text) end

--- A search for the nearest vectors.
---@class indoxhub.core.Search
local search = {}

--- A search for the vectors nearest to one.
---@param query indoxhub.Vector
---@param k integer How many.
---@param by_dot? boolean By the product, not the cosine.
---@return indoxhub.core.Search
function core.search(query, k, by_dot) end

--- Looks at some of the vectors. Nil and the index of one that is none, or has
--- other dimensions than the query; those before it were looked at.
---@param vectors indoxhub.Matrix|indoxhub.Vector[]
---@param from integer
---@param to integer
---@return true? done, integer? index
function search:scan(vectors, from, to) end

--- The best of what was looked at, which is then forgotten.
---@return indoxhub.Hit[]
function search:best() end

--- Float32 numbers that never change: `#v` counts them, and `v[i]` is one.
---@class indoxhub.Vector
---@field [integer] number A number of it.
local vector = {}

--- The sum of the products of their numbers.
---@param other indoxhub.Vector A vector of as many dimensions.
---@return number
function vector:dot(other) end

--- The cosine of the angle between them, from -1 to 1; 0 when one of them is
--- all zeros.
---@param other indoxhub.Vector A vector of as many dimensions.
---@return number
function vector:cosine(other) end

--- Its float32, four bytes each with the lowest first.
---@return string
function vector:bytes() end

--- Its numbers.
---@return number[]
function vector:table() end

--- Vectors of one size in one block of memory: `#m` counts them, and `m[i]` is one.
---@class indoxhub.Matrix
---@field [integer] indoxhub.Vector A vector of it.
local matrix = {}

--- How many each vector has.
---@return integer
function matrix:dimensions() end

--- The bytes of all vectors, one after the other.
---@return string
function matrix:bytes() end

--- Its vectors.
---@return indoxhub.Vector[]
function matrix:table() end

return core
