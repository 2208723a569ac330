//! What is said on the pages of an application.

use crate::domain::language::{Around, Plural, Sentence, Text, messages};

messages! {
    pub(in crate::http),

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
}
