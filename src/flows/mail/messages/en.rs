//! English.

use super::{
    AccountInvitationMessages, AddressMessages, ApprovalMessages, LifeCycleMessages, MailMessages, OwnershipMessages,
    PasskeyMessages, SignInMessages, UpstreamMessages,
};
use crate::domain::language::{Around, Language, Plural, Sentence};

/// The messages of mails in English.
pub(super) const EN: MailMessages = MailMessages {
    language: Language::English,
    sign_in: SignInMessages {
        heading: Sentence("Sign in to {target}"),
        request: Sentence("You asked to sign in to {target} as {recipient}."),
        open_link: "Open this link to go on:",
        or_type: "Or type this code where you started:",
        code: "Your code",
        lifetime: Sentence("Link and code work for {duration}, and only once."),
        minutes: Plural::two("1 minute", Around("", " minutes")),
        seconds: Plural::two("1 second", Around("", " seconds")),
        origin: Sentence("This mail answers the request marked {reference}, which came from:"),
        device: "Device",
        device_on: "on",
        address: "Address",
        time: "Time",
        not_you: "If this was not you, ignore this mail. Without the link or the code no one can sign in, so do not pass them on.",
        full_link: "If the button does not work, open this link:",
    },
    life_cycle: LifeCycleMessages {
        unused_since: Sentence("since {date}"),
        unused_ever: Sentence("since it was registered on {date}"),
        warned: Sentence("{name} will be deactivated on {date}"),
        warned_paragraphs: [
            Sentence("Your application {name} (client id {id}) was not used {unused}."),
            Sentence(
                "If that stays so, it will be deactivated on {date}. From then on its requests for tokens are refused.",
            ),
            Sentence("If you still need it, keep it: its time then begins anew. Using it once does the same."),
            Sentence("If you do not need it any more, you need not do anything."),
        ],
        keep: Sentence("Keep {name}"),
        deactivated: Sentence("{name} was deactivated"),
        deactivated_paragraphs: [
            Sentence(
                "Your application {name} (client id {id}) was deactivated because it was not used {unused}. Its requests for tokens are refused.",
            ),
            Sentence("You can activate it again until {date}. Then it will be deleted."),
        ],
        deleted: Sentence("{name} was deleted"),
        deleted_paragraphs: [
            Sentence("Your application {name} (client id {id}) was deleted because it was not used {unused}."),
            Sentence("You can bring it back until {date}, with its secrets. Then it is gone for good."),
        ],
        revived: Sentence("{name} is active again"),
        revived_paragraphs: [Sentence(
            "Your application {name} (client id {id}) was used in the very moment in which it was deactivated. It is active again, and you need not do anything.",
        )],
        open: Sentence("Open {name} in the portal"),
    },
    approval: ApprovalMessages {
        granted: Sentence("{name} was given what you asked for"),
        granted_text: "An operator has approved your request. It holds from now on.",
        refused: Sentence("{name} was not given what you asked for"),
        refused_text: "An operator has refused your request. The application goes on as it is.",
        open: "Open the application",
    },
    ownership: OwnershipMessages {
        invited: Sentence("You are invited to become an owner of an application at {host}"),
        invited_text: Sentence("{by} invites you to become an owner of the application {name} at {host}."),
        invited_until: Sentence("You can accept until {date}."),
        see_invitation: "See the invitation",
        removed: Sentence("You no longer look after {name}"),
        removed_text: Sentence(
            "{by} removed you from the owners of the application {name} (client id {id}) at {host}.",
        ),
        removed_advice: "If you do not know why, ask them, or the operator of this server.",
        an_operator: "An operator",
    },
    account_invitation: AccountInvitationMessages {
        heading: Sentence("You are invited to {host}"),
        text: Sentence("You can make an account at {host}: sign in with this address, there is no password."),
        until: Sentence("The invitation is open until {date}."),
        sign_in: "Sign in",
    },
    passkey: PasskeyMessages {
        added: Sentence("A passkey was added to your account at {host}"),
        added_text: Sentence(
            "The passkey {name} signs in to your account from now on, without a mail. It was added from {address}.",
        ),
        added_advice: "If that was not you, remove it on your account page, sign out everywhere, and tell the operator of the server.",
        removed: Sentence("A passkey was removed from your account at {host}"),
        removed_text: Sentence("The passkey {name} does not sign in to your account any more."),
        removed_advice: "If that was not you, look at your account page, sign out everywhere, and tell the operator of the server.",
        open: "Open your account",
    },
    upstream: UpstreamMessages {
        linked: Sentence("An account was connected to yours at {host}"),
        linked_text: Sentence(
            "Whoever signs in at {name} as {there} signs in to your account from now on, without a mail. It was connected from {address}.",
        ),
        linked_advice: "If that was not you, disconnect it on your account page, sign out everywhere, and tell the operator of the server.",
        unlinked: Sentence("An account was disconnected from yours at {host}"),
        unlinked_text: Sentence("{there} at {name} does not sign in to your account any more."),
    },
    address: AddressMessages {
        proof: Sentence("Confirm your new address at {host}"),
        proof_text: Sentence("The account of {address} at {host} is to have this address."),
        proof_where: "Open the link in a browser in which you are signed in to that account.",
        proof_until: Sentence("It is good until {date}. If you did not ask for it, ignore this mail: nothing changes."),
        confirm: "Confirm the address",
        taken: Sentence("This address has an account at {host}"),
        taken_text: Sentence("Somebody who is signed in to another account at {host} wanted to give it this address."),
        taken_advice: "It has an account already, so nothing was changed. You need not do anything.",
        changed: Sentence("Your account at {host} has another address now"),
        changed_text: Sentence("It is {address}. Nobody can sign in with this address any more."),
        changed_advice: Sentence(
            "Was that not you? Undo it until {date}: the account gets this address back, and everybody who is signed in to it is signed out.",
        ),
        undo: "Undo the change",
    },
};
