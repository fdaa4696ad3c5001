-- Feature flags: each version of the document, whole, with who made it and why. Rows are added, never changed.
-- `changes` is what is other than in the version before, as JSON; `key` the idempotency key of the request.
CREATE TABLE flag_versions (
  version INTEGER PRIMARY KEY CONSTRAINT versions_begin_at_1 CHECK (version >= 1),
  document TEXT NOT NULL CONSTRAINT document_is_an_object CHECK (json_type(document) = 'object'),
  at INTEGER NOT NULL,
  member TEXT NOT NULL CONSTRAINT member_is_not_empty CHECK (member <> ''),
  reason TEXT NOT NULL,
  changes TEXT NOT NULL CONSTRAINT changes_are_a_list CHECK (json_type(changes) = 'array'),
  key TEXT NOT NULL UNIQUE
) STRICT;
