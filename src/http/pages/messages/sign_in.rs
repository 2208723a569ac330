//! What is said while somebody signs in, and out.

use crate::domain::language::{Around, Plural, Text, messages};

messages! {
    pub(in crate::http),

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
}
