//! What the account's page tells of what was just done.

use leptos::prelude::*;
use orilla_ui::{Locale, Notice, NoticeKind};

/// What the account's page tells of what was just done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AccountNotice {
    /// The account is open.
    Opened,
    /// Somebody has signed in.
    SignedIn,
    /// A passkey was added.
    PasskeyAdded,
    /// A passkey was removed.
    PasskeyRemoved,
    /// A passkey was not removed: it is the last one.
    PasskeyLast,
    /// A link was sent, if the address had not had enough of them.
    LinkSent,
    /// The address of a link is the account's.
    AddressAdded,
    /// It is not: it is another account's.
    AddressTaken,
    /// The account's address was removed.
    AddressRemoved,
    /// It was not: nothing else opens the account.
    AddressLast,
    /// Somebody has signed out here.
    SignedOut,
    /// Somebody has signed out everywhere.
    SignedOutEverywhere,
    /// The account is deleted.
    Deleted,
    /// The session was ended, and not here.
    Ended,
    /// The session is over: it is old, or was not used for long.
    Over,
}

impl AccountNotice {
    const ALL: [AccountNotice; 15] = [
        AccountNotice::Opened,
        AccountNotice::SignedIn,
        AccountNotice::PasskeyAdded,
        AccountNotice::PasskeyRemoved,
        AccountNotice::PasskeyLast,
        AccountNotice::LinkSent,
        AccountNotice::AddressAdded,
        AccountNotice::AddressTaken,
        AccountNotice::AddressRemoved,
        AccountNotice::AddressLast,
        AccountNotice::SignedOut,
        AccountNotice::SignedOutEverywhere,
        AccountNotice::Deleted,
        AccountNotice::Ended,
        AccountNotice::Over,
    ];

    /// Its name in the query `done=`.
    pub fn name(self) -> &'static str {
        match self {
            AccountNotice::Opened => "opened",
            AccountNotice::SignedIn => "in",
            AccountNotice::PasskeyAdded => "added",
            AccountNotice::PasskeyRemoved => "removed",
            AccountNotice::PasskeyLast => "last",
            AccountNotice::LinkSent => "sent",
            AccountNotice::AddressAdded => "address",
            AccountNotice::AddressTaken => "address-taken",
            AccountNotice::AddressRemoved => "address-removed",
            AccountNotice::AddressLast => "address-last",
            AccountNotice::SignedOut => "out",
            AccountNotice::SignedOutEverywhere => "everywhere",
            AccountNotice::Deleted => "deleted",
            AccountNotice::Ended => "ended",
            AccountNotice::Over => "over",
        }
    }

    /// Reads the query `done=NAME`.
    pub fn parse(query: &str) -> Option<Self> {
        let name = query.strip_prefix("done=")?;
        Self::ALL.into_iter().find(|notice| notice.name() == name)
    }

    /// Whether somebody is signed in when this is so; `None`: that makes no difference.
    fn is_inside(self) -> Option<bool> {
        match self {
            AccountNotice::Opened
            | AccountNotice::SignedIn
            | AccountNotice::PasskeyAdded
            | AccountNotice::PasskeyRemoved
            | AccountNotice::PasskeyLast
            | AccountNotice::AddressAdded
            | AccountNotice::AddressRemoved
            | AccountNotice::AddressLast => Some(true),
            AccountNotice::LinkSent | AccountNotice::AddressTaken => None,
            AccountNotice::SignedOut
            | AccountNotice::SignedOutEverywhere
            | AccountNotice::Deleted
            | AccountNotice::Ended
            | AccountNotice::Over => Some(false),
        }
    }

    /// Whether it is told to who is signed in, or is not.
    pub(super) fn is_for(self, inside: bool) -> bool {
        self.is_inside().is_none_or(|is_inside| is_inside == inside)
    }

    fn text(self, locale: Locale) -> &'static str {
        match self {
            AccountNotice::Opened => locale.account_opened(),
            AccountNotice::SignedIn => locale.account_signed_in(),
            AccountNotice::PasskeyAdded => locale.account_passkey_added(),
            AccountNotice::PasskeyRemoved => locale.account_passkey_removed(),
            AccountNotice::PasskeyLast => locale.account_passkey_last(),
            AccountNotice::LinkSent => locale.account_link_sent(),
            AccountNotice::AddressAdded => locale.account_address_added(),
            AccountNotice::AddressTaken => locale.account_address_taken(),
            AccountNotice::AddressRemoved => locale.account_address_removed(),
            AccountNotice::AddressLast => locale.account_address_last(),
            AccountNotice::SignedOut => locale.account_signed_out(),
            AccountNotice::SignedOutEverywhere => locale.account_signed_out_everywhere(),
            AccountNotice::Deleted => locale.account_deleted(),
            AccountNotice::Ended => locale.account_ended(),
            AccountNotice::Over => locale.account_over(),
        }
    }
}

/// It, as the page shows it.
pub(super) fn told(locale: Locale, notice: Option<AccountNotice>) -> Option<impl IntoView + use<>> {
    notice.map(|notice| {
        let kind = match notice {
            AccountNotice::PasskeyLast
            | AccountNotice::AddressTaken
            | AccountNotice::AddressLast
            | AccountNotice::Ended
            | AccountNotice::Over => NoticeKind::Warning,
            _ => NoticeKind::Success,
        };
        view! { <Notice kind=kind><p>{notice.text(locale)}</p></Notice> }
    })
}
