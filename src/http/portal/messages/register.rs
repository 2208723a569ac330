//! What is said of the list of applications and of a new one.

use crate::domain::language::{Around, Sentence, Text, messages};

messages! {
    pub(in crate::http),

    /// The list of one's own applications.
    ListMessages {
        title: Text,
        new: Text,
        invited: Text,
        to_take_over: Around,
        to_share: Around,
        see_invitation: Text,
        empty: Text,
        empty_lead: Text,
        first: Text,
        is_active: Text,
        is_deactivated: Text,
        is_deleted: Text,
        last_used: Around,
        never_used: Text,
        deleted_ones: Text,
        deleted_lead: Text,
        deleted_ago: Around,
        gone_on: Around,
        bring_back: Text,
        done_deleted: Text,
        done_left: Text,
        done_declined: Text,
    }

    /// The form of a new application.
    NewApplicationMessages {
        title: Text,
        known: Text,
        fill_in: Text,
        what: Text,
        more: Text,
        register: Text,
        cancel: Text,
        for_operator: Text,
        reason_hint: Text,
        which: Text,
        which_hint: Text,
        its_address: Text,
        its_address_hint: Text,
        choose_listed: Text,
        no_address: Text,
        scopes_hint: Around,
        no_redirect: Text,
        no_type: Text,
        two_of_a_kind: Sentence,
        as_a_broker: Around,
    }

    /// The types of application: in a list, as a choice, and when it is the right one.
    KindsMessages {
        service: Text,
        service_title: Text,
        service_when: Text,
        web: Text,
        web_title: Text,
        web_when: Text,
        spa: Text,
        spa_title: Text,
        spa_when: Text,
        native: Text,
        native_title: Text,
        native_when: Text,
        device_kind: Text,
        device_title: Text,
        device_when: Text,
    }
}
