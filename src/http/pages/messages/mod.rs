//! The messages of pages, one catalogue for each language: a missing message does not compile.
//!
//! The catalogues are data. Whatever is computed from them (times, lengths, numbers) is in [`phrases`].

mod account;
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
mod sign_in;
#[cfg(test)]
mod tests;

pub(in crate::http) use crate::domain::language::{Around, Plural, Sentence};

use crate::domain::language::{Language, Text, messages};

pub(in crate::http) use account::{
    AccountMessages, AddressMessages, AttributeMessages, DeleteAccountMessages, EventMessages, ExportMessages,
};
pub(in crate::http) use sign_in::{
    AskedMessages, CheckMailMessages, ConfirmLoginMessages, LinkElsewhereMessages, LogoutMessages, PasskeyMessages,
    ReferenceMessages, SignInMessages, StopSignInMessages, UpstreamMessages,
};

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
