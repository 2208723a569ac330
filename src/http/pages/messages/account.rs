//! What is said of an account, to whom it belongs.

use crate::domain::language::{Around, Text, messages};

messages! {
    pub(in crate::http),

    /// A person's own page.
    AccountMessages {
        title: Text,
        signed_in_as: Text,
        portal: Text,
        name: Text,
        name_label: Text,
        name_hint: Text,
        username_label: Text,
        username_hint: Text,
        no_name: Text,
        no_username: Text,
        username_taken: Text,
        language_label: Text,
        language_of_browser: Text,
        name_save: Text,
        name_changed: Text,
        described: Text,
        described_hint: Text,
        sign_out: Text,
        sessions: Text,
        sessions_lead: Text,
        this_one: Text,
        last_seen: Around,
        began: Around,
        end_session: Text,
        everywhere: Text,
        everywhere_hint: Text,
        applications: Text,
        applications_lead: Text,
        no_applications: Text,
        since: Around,
        remove: Text,
        delete_heading: Text,
        delete_hint: Text,
        delete: Text,
        session_ended: Text,
        application_removed: Text,
        begin_at: Text,
        address: Text,
        address_change: Text,
        address_asked: Text,
        address_changed: Text,
        events: Text,
        events_lead: Text,
        no_events: Text,
        export: Text,
        export_hint: Text,
    }

    /// What people are described by.
    AttributeMessages {
        given_name: Text,
        family_name: Text,
        picture: Text,
        zoneinfo: Text,
        number: Text,
        texts: Text,
        url: Text,
        time_zone: Text,
        unset: Text,
        yes: Text,
        no: Text,
        does_not_fit: Text,
    }

    /// The pages of a change of address.
    AddressMessages {
        title: Text,
        now: Around,
        lead: Text,
        new: Text,
        send: Text,
        back: Text,
        no_address: Text,
        same: Text,
        too_many: Around,
        confirm_title: Text,
        then: Around,
        confirm: Text,
        undo_title: Text,
        undo_lead: Around,
        undo: Text,
    }

    /// The page before all that is known of a person is downloaded.
    ExportMessages {
        title: Text,
        lead: Text,
        submit: Text,
        back: Text,
        making: Text,
        ready: Text,
    }

    /// What happened to an account.
    EventMessages {
        created: Text,
        changed: Around,
        address_changed: Text,
        address_restored: Text,
        exported: Text,
        signed_out: Text,
        disabled: Text,
        enabled: Text,
        upstream_linked: Around,
        upstream_unlinked: Around,
        upstream_signed_in: Around,
        signed_in_by_mail: Text,
        signed_in_with_passkey: Text,
        passkey_added: Text,
        passkey_removed: Text,
        passkey_cloned: Text,
        tried_too_often: Text,
    }

    /// The confirmation page before an account is deleted.
    DeleteAccountMessages {
        title: Text,
        lead: Text,
        consequences: [Text; 3],
        email: Text,
        email_hint: Around,
        submit: Text,
        back: Text,
        address_differs: Text,
    }
}
