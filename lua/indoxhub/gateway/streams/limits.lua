--- Times and sizes that those who write and those who read streams agree upon.

return {
  -- Seconds. A writer renews its lease each RENEWED; after LEASE without that
  -- it is dead. A reader elsewhere tells that it is there for READER.
  LEASE = 4,
  RENEWED = 1,
  READER = 3,
  -- Seconds that a stream is kept after its last change; one that lives is
  -- renewed each KEPT_RENEWED.
  KEPT = 600,
  KEPT_RENEWED = 60,
  -- Seconds between two times that a worker appends what it has.
  BETWEEN = 0.1,
  -- Number of the entry that ends a stream: the greatest there is, so that
  -- nothing can be appended behind it.
  END = 9007199254740991,
  -- What a reader is given at a time, and what a worker appends. Bytes.
  PIECE = 32 * 1024,
  BATCH = 1024 * 1024,
  -- Entries that a reader elsewhere takes at a time.
  ENTRIES = 8,
}
