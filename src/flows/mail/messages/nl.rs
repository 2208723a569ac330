//! Dutch.

use super::{
    AccountInvitationMessages, ApprovalMessages, LifeCycleMessages, MailMessages, OwnershipMessages, SignInMessages,
};
use crate::domain::language::{Around, Language, Plural, Sentence};

/// The messages of mails in Dutch.
pub(super) const NL: MailMessages = MailMessages {
    language: Language::Dutch,
    sign_in: SignInMessages {
        heading: Sentence("Aanmelden bij {target}"),
        request: Sentence("U wilt zich bij {target} aanmelden als {recipient}."),
        open_link: "Open deze link om door te gaan:",
        or_type: "Of vul deze code in waar u begon:",
        code: "Uw code",
        lifetime: Sentence("De link en de code werken {duration}, en maar één keer."),
        minutes: Plural::two("1 minuut", Around("", " minuten")),
        seconds: Plural::two("1 seconde", Around("", " seconden")),
        origin: Sentence("Deze e-mail hoort bij het verzoek met het kenmerk {reference}, dat kwam van:"),
        device: "Apparaat",
        device_on: "op",
        address: "Adres",
        time: "Tijd",
        not_you: "Was u dit niet, negeer deze e-mail dan. Zonder de link of de code kan niemand zich aanmelden; geef ze dus niet door.",
        full_link: "Als de knop niet werkt, open dan deze link:",
    },
    life_cycle: LifeCycleMessages {
        unused_since: Sentence("sinds {date}"),
        unused_ever: Sentence("sinds de registratie op {date}"),
        warned: Sentence("{name} wordt uitgeschakeld op {date}"),
        warned_paragraphs: [
            Sentence("Uw toepassing {name} (client-id {id}) is niet gebruikt {unused}."),
            Sentence(
                "Als dat zo blijft, wordt ze uitgeschakeld op {date}. Vanaf dan worden haar verzoeken om tokens geweigerd.",
            ),
            Sentence(
                "Hebt u de toepassing nog nodig, behoud haar dan: haar tijd begint dan opnieuw. Eén keer gebruiken doet hetzelfde.",
            ),
            Sentence("Als u de toepassing niet meer nodig hebt, hoeft u niets te doen."),
        ],
        keep: Sentence("{name} behouden"),
        deactivated: Sentence("{name} is uitgeschakeld"),
        deactivated_paragraphs: [
            Sentence(
                "Uw toepassing {name} (client-id {id}) is uitgeschakeld omdat ze niet is gebruikt {unused}. Haar verzoeken om tokens worden geweigerd.",
            ),
            Sentence("U kunt haar weer inschakelen tot {date}. Daarna wordt ze verwijderd."),
        ],
        deleted: Sentence("{name} is verwijderd"),
        deleted_paragraphs: [
            Sentence("Uw toepassing {name} (client-id {id}) is verwijderd omdat ze niet is gebruikt {unused}."),
            Sentence("U kunt haar met haar geheimen terughalen tot {date}. Daarna is ze voorgoed weg."),
        ],
        revived: Sentence("{name} is weer actief"),
        revived_paragraphs: [Sentence(
            "Uw toepassing {name} (client-id {id}) werd gebruikt op precies het moment waarop ze werd uitgeschakeld. Ze is weer actief, u hoeft niets te doen.",
        )],
        open: Sentence("{name} openen in het portaal"),
    },
    approval: ApprovalMessages {
        granted: Sentence("{name} heeft gekregen waar u om vroeg"),
        granted_text: "Een beheerder heeft uw verzoek goedgekeurd. Dat geldt vanaf nu.",
        refused: Sentence("{name} heeft niet gekregen waar u om vroeg"),
        refused_text: "Een beheerder heeft uw verzoek afgewezen. De toepassing gaat ongewijzigd verder.",
        open: "Toepassing openen",
    },
    ownership: OwnershipMessages {
        invited: Sentence("U bent uitgenodigd om eigenaar te worden van een toepassing op {host}"),
        invited_text: Sentence("{by} nodigt u uit om eigenaar te worden van de toepassing {name} op {host}."),
        invited_until: Sentence("U kunt aannemen tot en met {date}."),
        see_invitation: "Uitnodiging bekijken",
        removed: Sentence("U beheert {name} niet meer"),
        removed_text: Sentence(
            "{by} heeft u verwijderd als eigenaar van de toepassing {name} (client-id {id}) op {host}.",
        ),
        removed_advice: "Weet u niet waarom, vraag het dan daar of bij de beheerder van deze server.",
        an_operator: "Een beheerder",
    },
    account_invitation: AccountInvitationMessages {
        heading: Sentence("U bent uitgenodigd voor {host}"),
        text: Sentence("U kunt een account maken op {host}: meld u aan met dit adres, zonder wachtwoord."),
        until: Sentence("De uitnodiging geldt tot en met {date}."),
        sign_in: "Aanmelden",
    },
};
