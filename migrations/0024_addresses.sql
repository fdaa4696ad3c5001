-- The addresses that an account keeps: see orilla_orders::AddressBook. Who writes says which version was read.
CREATE TABLE account_addresses (
  account_id INTEGER PRIMARY KEY REFERENCES accounts (id),
  version INTEGER NOT NULL,
  book TEXT NOT NULL CONSTRAINT address_book_is_json CHECK (json_valid(book))
) STRICT;
