-- Orders of visitors who are counted, until the queue of events has them. Written with the order, so that none is lost
-- between the two.
CREATE TABLE untold_orders (
  stream INTEGER PRIMARY KEY REFERENCES order_streams (number),
  -- orilla_events::Sender.
  sender TEXT NOT NULL CHECK (json_valid(sender))
) STRICT;
