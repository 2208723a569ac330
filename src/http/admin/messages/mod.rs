//! The messages of the operator pages, one catalogue for each language: a missing message does not compile.
//!
//! An operator page has what every page has as well, so its catalogue is also that of the pages: a template names both
//! through `t`.

mod de;
mod en;
mod es;
mod fr;
mod it;
mod nl;
mod people;
mod phrases;
mod pl;
mod pt;
#[cfg(test)]
mod tests;

use std::ops::Deref;

use crate::domain::language::{Around, Language, Plural, Sentence, Text, messages};
use crate::http::pages::messages::Messages;

pub(in crate::http) use people::{AccountsMessages, GroupMessages, GroupsMessages, InvitationMessages, PersonMessages};

messages! {
    pub(in crate::http),

    /// The catalogue of one language.
    OperatorMessages {
        pages: &'static Messages,
        places: PlaceMessages,
        common: CommonMessages,
        overview: OverviewMessages,
        applications: ApplicationsMessages,
        approvals: ApprovalMessages,
        audit: AuditMessages,
        groups: GroupsMessages,
        group: GroupMessages,
        accounts: AccountsMessages,
        invitations: InvitationMessages,
        person: PersonMessages,
        keys: KeyMessages,
        mail: MailMessages,
        registration: RegistrationMessages,
        catalogue: CatalogueMessages,
        settings: SettingsMessages,
        set_up: SetUpMessages,
    }

    /// What the pages are called, and what stands around each.
    PlaceMessages {
        label: Text,
        portal: Text,
        overview: Text,
        approvals: Text,
        applications: Text,
        registration: Text,
        accounts: Text,
        groups: Text,
        audit: Text,
        keys: Text,
        mail: Text,
        webhooks: Text,
        scopes: Text,
        settings: Text,
    }

    /// What several pages say.
    CommonMessages {
        search: Text,
        state: Text,
        remove: Text,
        delete: Text,
        revoke: Text,
        add: Text,
        history: Text,
        happened: Text,
        made: Text,
        change: Text,
        name: Text,
        until: Around,
        never: Text,
    }

    /// The overview.
    OverviewMessages {
        attention: Text,
        all_well: Text,
        requests: Plural,
        lost: Plural,
        not_delivered: Text,
        no_key: Text,
        no_tokens: Text,
        numbers: Text,
        active: Plural,
        deactivated: Plural,
        disabled: Plural,
        operators: Plural,
        on_the_way: Plural,
        given_up: Plural,
        key: Around,
        signing_since: Around,
        upstreams: Text,
        upstreams_lead: Text,
        last_use: Around,
        never_used: Text,
        times: Plural,
        last: Around,
        failing: Text,
    }

    /// The applications of all owners.
    ApplicationsMessages {
        search: Text,
        choices: [Text; 4],
        states: [Text; 3],
        none: Text,
        described_at: Around,
        dynamic: Text,
        no_owner: Text,
        owners: Sentence,
        last_used: Around,
        never_used: Text,
        registered: Around,
    }

    /// The requests of developers.
    ApprovalMessages {
        lead: Text,
        more: Text,
        none: Text,
        every_token: Text,
        grants: Text,
        audiences: Text,
        asked_by: Text,
        nobody: Text,
        reason: Text,
        no_reason: Text,
        grant: Text,
        refuse: Text,
        granted: Text,
        refused: Text,
    }

    /// The audit log.
    AuditMessages {
        event: Text,
        actor: Text,
        subject: Text,
        from: Text,
        to: Text,
        everything: Text,
        csv: Text,
        ndjson: Text,
        hint: Text,
        events: Text,
        none: Text,
        by: Around,
        open: Text,
        wrong_day: Text,
    }

    /// The keys that sign tokens.
    KeyMessages {
        along_time: Text,
        caption: Sentence,
        drawing: Text,
        states: [Text; 5],
        phases: [Text; 4],
        announced: Around,
        signs_from: Around,
        revoked_at: Around,
        in_set_until: Around,
        revoke_hint: Text,
        typed_id: Text,
        revoke_now: Text,
        rotate: Text,
        rotate_hint: Text,
        rotate_now: Text,
        rotate_now_hint: Text,
        not_its_id: Text,
        rotated: Text,
        rotated_now: Text,
        revoked: Text,
    }

    /// What was not delivered.
    MailMessages {
        lead: Text,
        mails: Text,
        none: Text,
        to: Around,
        written: Around,
        tried: Plural,
        again: Around,
        given_up: Text,
        waiting: Text,
    }

    /// How applications register themselves, and the tokens that let them.
    RegistrationMessages {
        lead: Around,
        states: [Text; 3],
        meanings: [Text; 3],
        decided: Around,
        no_scopes: Text,
        scopes: Around,
        store: Text,
        store_hint: Text,
        tokens: Text,
        none: Text,
        badges: [Text; 4],
        nameless: Text,
        registered: Plural,
        registered_of: Sentence,
        last: Around,
        good_until: Around,
        besides: Around,
        documents: Text,
        no_documents: Text,
        any_host: Text,
        hosts: Around,
        no_trouble: Text,
        unread: Text,
        new: Text,
        uses: Text,
        uses_hint: Text,
        good_for: Text,
        good_for_hint: Text,
        scopes_besides: Text,
        machines: Around,
        create: Text,
        created: Text,
        revoked: Text,
        wrong_name: Text,
        wrong_uses: Text,
        wrong_lifetime: Text,
        wrong_scopes: Text,
        management: Around,
    }

    /// Scopes and resources.
    CatalogueMessages {
        lead: Text,
        none: Text,
        resources: Text,
        any_scope: Text,
        understands: Around,
        open: Text,
    }

    /// The settings.
    SettingsMessages {
        from_file: Around,
        from_environment: Text,
        masked: Text,
        not_set: Text,
        default: Text,
        named: Sentence,
    }

    /// The page that makes the first operator.
    SetUpMessages {
        title: Text,
        heading: Text,
        lead: Text,
        email: Text,
        submit: Text,
        hint: Around,
    }
}

impl Deref for OperatorMessages {
    type Target = Messages;

    fn deref(&self) -> &Messages {
        self.pages
    }
}

impl OperatorMessages {
    /// The catalogue of a language: that of [`crate::http::pages::visit::Visit::language`], which is the account's, else
    /// the browser's.
    pub(in crate::http) const fn of(language: Language) -> &'static Self {
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
}
