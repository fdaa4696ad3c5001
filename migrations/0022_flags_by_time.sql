-- Which version of the flags was there at a moment, without reading their documents: an entry of the index has the moment and
-- the version.
CREATE INDEX flag_versions_by_time ON flag_versions (at);
