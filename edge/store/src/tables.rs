//! Which tables hold who signs in. The team's and the shoppers' have the same columns, so the statements are the same.

/// The names of three tables, and the column with the address to which a member is sent links: NULL where nobody is.
#[derive(Clone, Copy)]
pub(crate) struct Tables {
    pub members: &'static str,
    pub passkeys: &'static str,
    pub sessions: &'static str,
    pub address: &'static str,
}

/// The team's.
pub(crate) const TEAM: Tables = Tables {
    members: "studio_members",
    passkeys: "studio_passkeys",
    sessions: "studio_sessions",
    address: "NULL",
};

/// Shoppers'.
pub(crate) const SHOPPERS: Tables = Tables {
    members: "accounts",
    passkeys: "account_passkeys",
    sessions: "account_sessions",
    address: "address",
};
