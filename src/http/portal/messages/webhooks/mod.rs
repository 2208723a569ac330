//! The messages about webhooks, on the pages of an application and on those of the server.

pub(super) mod de;
pub(super) mod en;
pub(super) mod es;
pub(super) mod fr;
pub(super) mod it;
pub(super) mod nl;
pub(super) mod pl;
pub(super) mod pt;

use crate::domain::language::{Around, Plural, Sentence, Text, messages};

messages! {
    pub(in crate::http),

    /// The catalogue of one language.
    WebhookMessages {
        hooks: HooksMessages,
        hook: HookMessages,
        done: HookDoneMessages,
        problems: HookProblemMessages,
        occasions: OccasionMessages,
    }

    /// The list of webhooks, and how each of them fares.
    HooksMessages {
        title: Text,
        lead_application: Text,
        lead_server: Text,
        of_server: Text,
        none_yet: Text,
        add: Text,
        full: Around,
        every_event: Text,
        kinds_of_event: Plural,
        works: Text,
        fails: Text,
        is_disabled: Text,
        untried: Text,
        last_taken: Around,
        failing_since: Around,
        disabled_since: Around,
        by_hand: Text,
        by_failing: Text,
        by_gone: Text,
    }

    /// The page of a webhook, and the form of one.
    HookMessages {
        title: Text,
        make: Text,
        on_this_page: Text,
        messages: Text,
        change: Text,
        secret: Text,
        store_lead: Text,
        address_label: Text,
        address_hint: Text,
        which_events: Text,
        all_events: Text,
        chosen_events: Text,
        tick_one: Text,
        no_such_event: Text,
        id_label: Text,
        events_label: Text,
        state_label: Text,
        last_taken_label: Text,
        made_label: Text,
        ping: Text,
        ping_lead: Around,
        try_now: Text,
        again: Text,
        save: Text,
        secret_lead: Around,
        rotate_lead: Text,
        disable: Text,
        disable_lead: Text,
        enable: Text,
        enable_lead: Text,
        delete_this: Text,
        delete_lead: Text,
        delete_now: Text,
        not_taken: Text,
        on_its_way: Text,
        delivered: Text,
        given_up: Text,
        answered: Sentence,
        tried: Plural,
        last_try: Around,
        next_try: Around,
    }

    /// What was just done to a webhook.
    HookDoneMessages {
        created: Text,
        saved: Text,
        rotated: Text,
        pinged: Text,
        sent_again: Text,
        enabled: Text,
        disabled: Text,
        deleted: Text,
    }

    /// Why a webhook cannot be as it was asked for.
    HookProblemMessages {
        no_url: Around,
        not_https: Text,
        extras: Text,
        unusable: Text,
        too_many_hooks: Around,
        not_for_applications: Around,
        not_repeatable: Text,
        ping_waits: Text,
        enable_first: Text,
    }

    /// What each event of a webhook is about.
    OccasionMessages {
        application_created: Text,
        application_changed: Text,
        application_deactivated: Text,
        application_activated: Text,
        application_warned: Text,
        application_kept: Text,
        application_deleted: Text,
        application_undeleted: Text,
        owners_changed: Text,
        approval_decided: Text,
        secret_added: Text,
        secret_revoked: Text,
        replay_detected: Text,
        user_created: Text,
        user_changed: Text,
        user_disabled: Text,
        user_enabled: Text,
        user_deleted: Text,
        passkey_added: Text,
        passkey_removed: Text,
        passkey_cloned: Text,
        upstream_linked: Text,
        upstream_unlinked: Text,
        group_created: Text,
        group_changed: Text,
        group_deleted: Text,
        group_member_added: Text,
        group_member_removed: Text,
        key_revoked: Text,
        webhook_created: Text,
        webhook_changed: Text,
        webhook_disabled: Text,
        webhook_deleted: Text,
    }
}
