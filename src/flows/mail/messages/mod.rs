//! The messages of mails, one catalogue for each language: a missing message does not compile.
//!
//! The catalogues are data. What a mail is made of is composed where it is sent.

mod de;
mod en;
mod es;
mod fr;
mod it;
mod nl;
mod pl;
mod pt;
#[cfg(test)]
mod tests;

use crate::domain::language::{Language, Plural, Sentence, Text, messages};

messages! {
    pub(in crate::flows),

    /// The catalogue of one language.
    MailMessages {
        language: Language,
        sign_in: SignInMessages,
        life_cycle: LifeCycleMessages,
        approval: ApprovalMessages,
        ownership: OwnershipMessages,
        account_invitation: AccountInvitationMessages,
        passkey: PasskeyMessages,
        upstream: UpstreamMessages,
        address: AddressMessages,
    }

    /// The mail with a link and a code.
    SignInMessages {
        heading: Sentence,
        request: Sentence,
        open_link: Text,
        or_type: Text,
        code: Text,
        lifetime: Sentence,
        minutes: Plural,
        seconds: Plural,
        origin: Sentence,
        device: Text,
        device_on: Text,
        address: Text,
        time: Text,
        not_you: Text,
        full_link: Text,
    }

    /// The mails to owners about an application that is not used. `{unused}` is one of the first two.
    LifeCycleMessages {
        unused_since: Sentence,
        unused_ever: Sentence,
        warned: Sentence,
        warned_paragraphs: [Sentence; 4],
        keep: Sentence,
        deactivated: Sentence,
        deactivated_paragraphs: [Sentence; 2],
        deleted: Sentence,
        deleted_paragraphs: [Sentence; 2],
        revived: Sentence,
        revived_paragraphs: [Sentence; 1],
        open: Sentence,
    }

    /// The mail to owners about what an operator decided.
    ApprovalMessages {
        granted: Sentence,
        granted_text: Text,
        refused: Sentence,
        refused_text: Text,
        open: Text,
    }

    /// The mails to somebody who is to be an owner of an application, and to one who no longer is.
    OwnershipMessages {
        invited: Sentence,
        invited_text: Sentence,
        invited_until: Sentence,
        see_invitation: Text,
        removed: Sentence,
        removed_text: Sentence,
        removed_advice: Text,
        an_operator: Text,
    }

    /// The mail that invites a person to this server.
    AccountInvitationMessages {
        heading: Sentence,
        text: Sentence,
        until: Sentence,
        sign_in: Text,
    }

    /// The mails about a passkey that was added or removed.
    PasskeyMessages {
        added: Sentence,
        added_text: Sentence,
        added_advice: Text,
        removed: Sentence,
        removed_text: Sentence,
        removed_advice: Text,
        open: Text,
    }

    /// The mails about an account at another provider that was connected or disconnected.
    UpstreamMessages {
        linked: Sentence,
        linked_text: Sentence,
        linked_advice: Text,
        unlinked: Sentence,
        unlinked_text: Sentence,
    }

    /// The mails of a change of address: to the new one, to one that has an account, to the old one.
    AddressMessages {
        proof: Sentence,
        proof_text: Sentence,
        proof_where: Text,
        proof_until: Sentence,
        confirm: Text,
        taken: Sentence,
        taken_text: Sentence,
        taken_advice: Text,
        changed: Sentence,
        changed_text: Sentence,
        changed_advice: Sentence,
        undo: Text,
    }
}

impl MailMessages {
    /// The catalogue of a language.
    pub(in crate::flows) const fn of(language: Language) -> &'static Self {
        match language {
            Language::English => &en::EN,
            Language::German => &de::DE,
            Language::French => &fr::FR,
            Language::Spanish => &es::ES,
            Language::Italian => &it::IT,
            Language::Dutch => &nl::NL,
            Language::Polish => &pl::PL,
            Language::Portuguese => &pt::PT,
        }
    }

    /// The catalogue of the language of a locale; English where there is no translation.
    pub(in crate::flows) fn of_locale(locale: &str) -> &'static Self {
        Self::of(Language::of(locale))
    }
}
