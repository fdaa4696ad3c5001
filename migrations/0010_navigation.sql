-- Steps of shoppers from page to page, counted by day: what likely next pages are learned from. A page is its path
-- without language and query; nothing tells who took a step, or when on that day. `day` is days since 1970.
CREATE TABLE navigation (
  from_page TEXT NOT NULL,
  to_page TEXT NOT NULL,
  day INTEGER NOT NULL,
  count INTEGER NOT NULL CONSTRAINT step_was_taken CHECK (count > 0),
  PRIMARY KEY (from_page, to_page, day),
  CONSTRAINT step_leads_elsewhere CHECK (from_page <> to_page)
) STRICT, WITHOUT ROWID;

-- For forgetting.
CREATE INDEX navigation_day ON navigation (day);
