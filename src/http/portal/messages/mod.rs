//! The messages of the portal, one catalogue for each language: a missing message does not compile.
//!
//! A page of the portal has what every page has as well, so its catalogue is also that of the pages: a template names
//! both through `t`. The catalogues are data, and whatever is computed from them is in [`phrases`]. Texts about webhooks
//! and the settings of an application are catalogues of their own below it.

mod de;
mod en;
mod es;
mod fr;
mod it;
mod nl;
mod phrases;
mod pl;
mod pt;
mod settings;
#[cfg(test)]
mod tests;
mod webhooks;

use std::ops::Deref;

#[cfg(test)]
use crate::domain::language::Texts;
use crate::domain::language::{Around, Language, Plural, Sentence, Text, messages};
use crate::http::pages::messages::Messages;
use settings::SettingTexts;
use webhooks::WebhookMessages;

messages! {
    pub(in crate::http),

    /// The catalogue of one language.
    PortalMessages {
        pages: &'static Messages,
        frame: FrameMessages,
        list: ListMessages,
        fresh: NewApplicationMessages,
        kinds: KindsMessages,
        head: HeadMessages,
        done: DoneMessages,
        waiting: WaitingMessages,
        glance: GlanceMessages,
        using: UseMessages,
        form: SettingsFormMessages,
        people: PeopleMessages,
        invitation: InvitationMessages,
        secrets: SecretsMessages,
        activity: ActivityMessages,
        danger: DangerMessages,
        logouts: LogoutsMessages,
        problems: ProblemMessages,
        webhooks: WebhookMessages,
        settings: Option<&'static SettingTexts>,
    }

    /// What stands around every page.
    FrameMessages {
        portal: Text,
        applications: Text,
        account: Text,
        operator_pages: Text,
        sign_out: Text,
    }

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

    /// What is at the top of every page of an application.
    HeadMessages {
        as_operator: Text,
        for_nobody: Text,
        its_pages: Text,
        store_secret: Text,
        store_secret_lead: Text,
        overview: Text,
        credentials_tab: Text,
        sign_in_tab: Text,
        access_tab: Text,
        insight: Text,
        danger_tab: Text,
    }

    /// What was just done to an application.
    DoneMessages {
        created: Text,
        rotated: Text,
        revoked: Text,
        saved: Text,
        partly_saved: Text,
        deactivated: Text,
        activated: Text,
        undeleted: Text,
        invited: Text,
        joined: Text,
        removed: Text,
        withdrawn: Text,
        approval_withdrawn: Text,
    }

    /// What waits for an operator.
    WaitingMessages {
        title: Text,
        asked_since: Around,
        the_rest: Text,
        reason_given: Around,
        withdraw_request: Text,
    }

    /// The facts about an application, and what comes next.
    GlanceMessages {
        title: Text,
        client_id: Text,
        registered: Text,
        by_document: Text,
        by_itself: Text,
        last_used: Text,
        never: Text,
        logo: Text,
        logo_not_shown: Text,
        logo_failed: Around,
        logo_fetching: Text,
        logo_copied: Around,
        if_unused: Text,
        deactivated_at: Text,
        if_it_stays: Text,
        deactivates_on: Around,
        is_deleted_on: Around,
        because_requested: Text,
        because_operator: Text,
        because_undeclared: Text,
        because_unused: Around,
    }

    /// What it takes to use an application, and to try it.
    UseMessages {
        title: Text,
        try_it: Text,
        try_lead: Text,
        here_it_is: Text,
        lives: Around,
        the_token: Text,
        header: Text,
        token_header: Text,
        claims: Text,
        token_claims: Text,
        send_it: Text,
        command: Text,
        try_sign_in: Text,
        try_sign_in_lead: Text,
        told: Text,
        told_lead: Text,
        passkey_first: Text,
        id_token: Text,
        id_token_claims: Text,
        userinfo: Text,
        userinfo_answer: Text,
        access_token: Text,
        access_token_claims: Text,
        go_through: Text,
        go_through_lead: Text,
        addresses: Text,
        only_issuer: Text,
        issuer: Text,
        discovery: Text,
        authorization: Text,
        token_endpoint: Text,
        key_set: Text,
        sign_out_endpoint: Text,
    }

    /// The form of the settings, and what is said of any of them.
    SettingsFormMessages {
        about_it: Text,
        keys_and_tokens: Text,
        how_people_sign_in: Text,
        nobody_signs_in: Text,
        nobody_signs_in_lead: Text,
        may_and_who: Text,
        more_settings: Text,
        save_settings: Text,
        in_document: Text,
        in_configuration: Text,
        operator_decides: Text,
        others: Text,
        with_spaces: Text,
        one_a_line: Text,
        a_duration: Text,
        a_key_set: Text,
        an_identity: Text,
        as_the_server: Text,
        yes: Text,
        no: Text,
        reason_for_more: Text,
        signs_from: Sentence,
        waits: Around,
        option_waits: Around,
        changed_meanwhile: Text,
        last_group: Text,
    }

    /// The owners of an application, and invitations.
    PeopleMessages {
        title: Text,
        lead: Text,
        you: Text,
        not_signed_in: Text,
        owner_since: Around,
        remove_owner: Text,
        remove_lead: Text,
        remove_now: Text,
        leave: Text,
        leave_lead: Text,
        leave_now: Text,
        is_invited: Text,
        to_take_it_over: Around,
        to_share_it: Around,
        withdraw: Text,
        invite: Text,
        what_for: Text,
        share: Text,
        transfer: Text,
        send_invitation: Text,
        email_label: Text,
        email_hint: Text,
        no_email: Text,
    }

    /// An invitation, as its recipient sees it.
    InvitationMessages {
        title: Text,
        become_owner: Text,
        hands_over: Around,
        shares: Around,
        consequences: Text,
        they_give_up: Text,
        accept_until: Around,
        accept: Text,
        decline: Text,
    }

    /// The secrets of an application.
    SecretsMessages {
        title: Text,
        none_but_workloads: Text,
        none_at_all: Text,
        made: Around,
        last_used_on: Around,
        revoke: Text,
        revoke_lead: Text,
        revoke_now: Text,
        rotate: Text,
        rotate_two: Text,
        rotate_one: Text,
    }

    /// What became of an application's requests and of its mails.
    ActivityMessages {
        title: Text,
        recent: Text,
        no_requests: Text,
        refused: Text,
        fine: Text,
        times: Plural,
        field_sent: Around,
        nothing_sent: Text,
        expected: Text,
        nothing_like_it: Text,
        from_network: Around,
        trace: Around,
        mails: Text,
        mail_reference: Around,
        queued: Text,
        accepted: Text,
        undelivered: Text,
        opened: Text,
        previewed: Text,
        code_issued: Text,
        exchanged: Text,
        signed_in_step: Text,
    }

    /// Pausing, deleting and bringing back.
    DangerMessages {
        pause_or_delete: Text,
        pause: Text,
        deactivate: Text,
        deactivate_lead: Text,
        activate: Text,
        activate_lead: Text,
        delete_heading: Text,
        delete_lead: Text,
        type_name: Text,
        delete_application: Text,
        not_the_name: Text,
        is_gone: Text,
        was_deleted: Around,
        client_id_stays: Around,
        back_until: Around,
        back_as_it_was: Text,
        bring_it_back: Text,
    }

    /// The logout tokens of an application.
    LogoutsMessages {
        title: Text,
        lead: Around,
        no_longer: Text,
        none_lately: Text,
    }

    /// What is wrong with what was entered, or cannot be done.
    ProblemMessages {
        unnamed: Around,
        address_in_name: Around,
        too_many_scopes: Around,
        default_scope: Around,
        own_tokens: Text,
        exchange: Text,
        keys: Text,
        keys_twice: Text,
        federated: Text,
        jwt_bearer: Text,
        too_many_mappings: Around,
        claim_twice: Around,
        too_many_identities: Around,
        lifetime: Text,
        too_many_groups: Around,
        uri: Sentence,
        uri_length: Text,
        uri_character: Text,
        uri_fragment: Text,
        uri_wildcard: Text,
        uri_backslash: Text,
        uri_relative: Text,
        uri_user: Text,
        uri_dots: Text,
        uri_http: Text,
        uri_scheme: Text,
        uri_scheme_of_others: Text,
        uri_reserved: Around,
        expects_choice: Text,
        expects_duration: Text,
        expects_scopes: Text,
        expects_keys: Text,
        expects_identities: Text,
        expects_groups: Text,
        expects_apis: Text,
        expects_callers: Text,
        expects_claim: Text,
        expects_description: Text,
        expects_address: Text,
        expects_text: Text,
        conflict: Text,
        not_allowed: Text,
        too_many: Text,
        not_accepted: Text,
        alike_name: Text,
        same_state: Text,
        suspended: Text,
        no_group: Text,
        owns_already: Text,
        invited_already: Text,
        many_invitations: Text,
        beyond_limits: Text,
    }
}

impl Deref for PortalMessages {
    type Target = Messages;

    fn deref(&self) -> &Messages {
        self.pages
    }
}

/// The texts of all pages are looked at by themselves.
#[cfg(test)]
impl Texts for &'static Messages {
    fn add_texts(&self, _: &str, _: &mut Vec<(String, String)>) {}
}

/// So are those of the settings, which in English stand in the table of the settings.
#[cfg(test)]
impl Texts for Option<&'static SettingTexts> {
    fn add_texts(&self, _: &str, _: &mut Vec<(String, String)>) {}
}

impl PortalMessages {
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
