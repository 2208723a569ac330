//! The messages of pages, one catalogue for each language: a missing message does not compile.
//!
//! The catalogues are data. Whatever is computed from them (times, lengths, numbers) is in [`phrases`].

mod de;
mod en;
mod es;
mod fr;
mod it;
mod nl;
mod phrases;
mod pl;
mod pt;
mod scopes;
#[cfg(test)]
mod tests;

pub(in crate::http) use crate::domain::language::{Around, Plural, Sentence};

use crate::domain::language::{Language, Text, messages};

messages! {
    pub(in crate::http),

    /// The catalogue of one language.
    Messages {
        language: Language,
        skip: Text,
        footer: Text,
        error_prefix: Text,
        problem_heading: Text,
        home: HomeMessages,
        asked: AskedMessages,
        about: AboutMessages,
        sign_in: SignInMessages,
        check_mail: CheckMailMessages,
        passkey: PasskeyMessages,
        upstream: UpstreamMessages,
        confirm_login: ConfirmLoginMessages,
        link_elsewhere: LinkElsewhereMessages,
        stop_sign_in: StopSignInMessages,
        keep: KeepMessages,
        consent: ConsentMessages,
        device: DeviceMessages,
        scopes: ScopeMessages,
        no_access: NoAccessMessages,
        logout: LogoutMessages,
        account: AccountMessages,
        attributes: AttributeMessages,
        address: AddressMessages,
        export: ExportMessages,
        events: EventMessages,
        delete_account: DeleteAccountMessages,
        error: ErrorMessages,
        message: MessageMessages,
        reference: ReferenceMessages,
        mailbox: MailboxMessages,
        form_post: FormPostMessages,
        chart: ChartMessages,
        paging: PagingMessages,
        units: Units,
    }

    /// The page at the root.
    HomeMessages {
        title: Text,
        heading: Around,
        lead: Text,
        sign_in: Text,
        developers: Text,
        portal: Text,
        docs: Text,
        discovery: Text,
    }

    /// What an application tells about itself.
    AboutMessages {
        support: Text,
        home: Text,
        terms: Text,
        privacy: Text,
    }

    /// Where and when a sign-in was requested.
    AskedMessages {
        heading: Text,
        device: Text,
        browser_on: Text,
        unknown_browser: Text,
        address: Text,
        time: Text,
        reference: Text,
    }

    /// The page that asks for an address.
    SignInMessages {
        title: Text,
        heading: Around,
        lead: Text,
        email: Text,
        name: Text,
        submit: Text,
        sign_up: Text,
        again: Text,
        not_an_address: Text,
        too_many: Around,
    }

    /// The page that waits for the code.
    CheckMailMessages {
        title: Text,
        sent: Around,
        sent_if_known: Around,
        change: Text,
        instruction: Text,
        validity: Around,
        reference: Around,
        code: Text,
        code_hint: Text,
        submit: Text,
        resend_heading: Text,
        resend_hint: Text,
        resend: Text,
        sent_again: Text,
        wait: Around,
        malformed: Text,
        wrong: Text,
        tries_left: Plural,
        too_many_tries: Text,
        expired: Text,
        over: Text,
        start_again: Text,
        waiting: Text,
        opened_elsewhere: Text,
        signed_in: Text,
        go_on: Text,
        dev_mail: Text,
    }

    /// Passkeys, on the sign-in page, the account page and where one is offered.
    PasskeyMessages {
        sign_in: Text,
        refused: Text,
        failed: Text,
        known: Text,
        heading: Text,
        lead: Text,
        none: Text,
        needs_script: Text,
        add: Text,
        name: Text,
        rename: Text,
        no_name: Text,
        remove: Text,
        backed_up: Text,
        on_one_device: Text,
        since: Around,
        last_used: Around,
        never_used: Text,
        added: Text,
        removed: Text,
        renamed: Text,
        not_added: Text,
        too_many: Text,
        offer_title: Text,
        offer_lead: Text,
        offer_hint: Text,
        later: Text,
        wanted: Text,
        lost: Text,
        lost_link: Text,
        required_title: Text,
        required_lead: Text,
        required_hint: Text,
        give_up: Text,
    }

    /// Signing in at another provider: on the sign-in page, on the account page, and where an account there is connected.
    UpstreamMessages {
        sign_in: Around,
        prove: Around,
        cancelled: Text,
        unavailable: Text,
        unusable: Text,
        over: Text,
        not_admitted: Text,
        not_recent: Text,
        connect_title: Text,
        connect_heading: Around,
        connect_lead: Text,
        there: Text,
        here: Text,
        connect_hint: Text,
        connect: Text,
        other_account: Text,
        too_many: Text,
        heading: Text,
        lead: Text,
        none: Text,
        add: Around,
        disconnect: Text,
        since: Around,
        last_used: Around,
        never_used: Text,
        not_offered: Text,
        disconnected: Text,
    }

    /// The page behind a link that asks before it goes on.
    ConfirmLoginMessages {
        title: Text,
        heading: Around,
        signed_in_as: Around,
        lead: Text,
        submit: Text,
        not_you: Text,
    }

    /// The page behind a link that was opened in another browser.
    LinkElsewhereMessages {
        title: Text,
        nothing_approved: Text,
        for_app: Around,
        for_address: Around,
        code_lead: Text,
        code: Text,
        no_code: Text,
        not_you_heading: Text,
        not_you: Text,
        not_you_submit: Text,
    }

    /// The last question before a sign-in is stopped.
    StopSignInMessages {
        title: Text,
        lead: Text,
        email: Text,
        email_hint: Around,
        submit: Text,
        address_differs: Text,
    }

    /// The page that asks whether an unused application is to stay.
    KeepMessages {
        title: Text,
        heading: Around,
        lead: Around,
        submit: Text,
        otherwise: Text,
    }

    /// The page that asks what an application may do.
    ConsentMessages {
        title: Text,
        heading: Around,
        by_operator: Text,
        by_named: Around,
        by_unknown: Text,
        by_host: Around,
        on_this_device: Text,
        account: Text,
        switch_account: Text,
        scopes: Text,
        nothing_more: Text,
        back: Around,
        remembered: Text,
        allow: Text,
        deny: Text,
    }

    /// The pages on which the code of a device is entered, and its request is answered.
    DeviceMessages {
        title: Text,
        lead: Text,
        code: Text,
        code_hint: Text,
        submit: Text,
        wrong: Text,
        taken: Text,
        too_many: Around,
        warning: Text,
        warning_hint: Text,
        allow_title: Text,
        heading: Around,
        compare: Text,
        program: Text,
        unknown_program: Text,
        sent_code: Text,
        elsewhere: Text,
        stays: Text,
        again: Text,
    }

    /// The page for a person who may not use an application.
    NoAccessMessages {
        title: Text,
        heading: Around,
        ask_operator: Text,
        ask_owner: Around,
        back: Text,
    }

    /// The page that asks before signing out.
    LogoutMessages {
        title: Text,
        heading: Text,
        heading_own: Text,
        asked_by: Around,
        lead: Around,
        fault: Text,
        yes: Text,
        no: Text,
    }

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

    /// The page for when something went wrong. Each problem has a heading and what one can do.
    ErrorMessages {
        bad_request: [Text; 2],
        unchecked: [Text; 2],
        sign_in_expired: [Text; 2],
        link_used: [Text; 2],
        link_expired: [Text; 2],
        browser_lost: [Text; 2],
        form_too_old: [Text; 2],
        open_again: Text,
        account_disabled: [Text; 2],
        not_allowed: [Text; 2],
        mistake: [Text; 2],
        not_found: [Text; 2],
        too_many: [Text; 2],
        try_again_in: Around,
        unavailable: [Text; 2],
        broken: [Text; 2],
        details: Text,
        sentence: Text,
        code: Text,
        trace_id: Text,
        copy: Text,
        copied: Text,
    }

    /// Pages with only a message. Each message has a heading and a sentence.
    MessageMessages {
        signed_out: [Text; 2],
        signed_out_everywhere: [Text; 2],
        still_signed_in: [Text; 2],
        sign_in_stopped: [Text; 2],
        device_allowed: [Text; 2],
        device_denied: [Text; 2],
        device_over: [Text; 2],
        account_deleted: [Text; 2],
        address_restored: [Text; 2],
        address_link_over: [Text; 2],
        application_kept: [Text; 2],
        application_deactivated: [Text; 2],
    }

    /// A sentence for each scope of OpenID Connect (Core §5.4, §11) and of people, and one beside those without a
    /// description.
    ScopeMessages {
        openid: Text,
        profile: Text,
        email: Text,
        groups: Text,
        user: Text,
        offline_access: Text,
        undescribed: Text,
    }

    /// Durations and timestamps. Durations follow a preposition: "in", "for", "ago".
    Units {
        seconds: Plural,
        minutes: Plural,
        hours: Plural,
        days: Plural,
        ago: Around,
        just_now: Text,
    }

    /// A chart of days, and the table of its numbers.
    ChartMessages {
        sentence: Sentence,
        day_sentence: Sentence,
        tokens_issued: Plural,
        requests_failed: Plural,
        no_days: Text,
        issued: Text,
        failed: Text,
        as_table: Text,
        day_column: Text,
        tokens_column: Text,
        failed_column: Text,
    }

    /// The way through a list of several pages.
    PagingMessages {
        beginning: Text,
        next_page: Text,
    }

    /// The documentation of the management API. What the API itself says is English.
    ReferenceMessages {
        title: Text,
        document: Text,
        contents: Text,
        objects: Text,
        problems: Text,
        scope: Text,
        or_else: Text,
        parameter: Text,
        place: Text,
        kind: Text,
        meaning: Text,
        required: Text,
        member: Text,
        always: Text,
        one_of: Text,
        body: Text,
        otherwise: [Text; 3],
        refusals: Text,
    }

    /// The mails that a server for trying out has caught.
    MailboxMessages {
        title: Text,
        lead: Text,
        again: Text,
        none: Text,
        to: Text,
        subject: Text,
        written: Text,
        sender: Text,
        all: Text,
        text: Text,
        frame: Text,
    }

    /// The page that carries an answer to the application in a form.
    FormPostMessages {
        title: Text,
        heading: Around,
        lead: Text,
        submit: Text,
    }
}

impl Messages {
    /// The catalogue of a language.
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
