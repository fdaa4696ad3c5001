-- Orders of visitors who are counted, until the queue of events has them. Written with the order, so that none is lost
-- between the two.
CREATE TABLE untold_orders (
  stream INTEGER PRIMARY KEY REFERENCES order_streams (number),
  -- Of the request that placed it.
  key TEXT NOT NULL,
  -- orilla_events::Sender.
  sender TEXT NOT NULL CHECK (json_valid(sender))
) STRICT;
