//! Dutch.

use super::{
    AccountInvitationMessages, AddressMessages, ApprovalMessages, LifeCycleMessages, MailMessages, OwnershipMessages,
    PasskeyMessages, SignInMessages, UpstreamMessages,
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
    passkey: PasskeyMessages {
        added: Sentence("Er is een passkey toegevoegd aan uw account bij {host}"),
        added_text: Sentence(
            "Met de passkey {name} kan men zich vanaf nu zonder e-mail bij uw account aanmelden. Hij is toegevoegd vanaf {address}.",
        ),
        added_advice: "Was u dat niet, verwijder hem dan op uw accountpagina, meld u overal af en waarschuw de beheerder van de server.",
        removed: Sentence("Er is een passkey verwijderd van uw account bij {host}"),
        removed_text: Sentence("Met de passkey {name} kan men zich niet meer bij uw account aanmelden."),
        removed_advice: "Was u dat niet, kijk dan op uw accountpagina, meld u overal af en waarschuw de beheerder van de server.",
        open: "Uw account openen",
    },
    upstream: UpstreamMessages {
        linked: Sentence("Er is een account aan het uwe bij {host} gekoppeld"),
        linked_text: Sentence(
            "Wie zich bij {name} aanmeldt als {there}, is vanaf nu zonder e-mail bij uw account aangemeld. Het is gekoppeld vanaf {address}.",
        ),
        linked_advice: "Was u dat niet, ontkoppel het dan op uw accountpagina, meld u overal af en waarschuw de beheerder van de server.",
        unlinked: Sentence("Er is een account van het uwe bij {host} ontkoppeld"),
        unlinked_text: Sentence("{there} bij {name} meldt niet meer bij uw account aan."),
    },
    address: AddressMessages {
        proof: Sentence("Bevestig uw nieuwe adres bij {host}"),
        proof_text: Sentence("Het account van {address} bij {host} krijgt dit adres."),
        proof_where: "Open de link in een browser waarin u bij dat account bent aangemeld.",
        proof_until: Sentence(
            "Hij is geldig tot {date}. Hebt u hier niet om gevraagd, negeer deze e-mail dan: er verandert niets.",
        ),
        confirm: "Adres bevestigen",
        taken: Sentence("Dit adres heeft een account bij {host}"),
        taken_text: Sentence(
            "Iemand die bij {host} bij een ander account is aangemeld, wilde dat account dit adres geven.",
        ),
        taken_advice: "Het heeft al een account, dus er is niets gewijzigd. U hoeft niets te doen.",
        changed: Sentence("Uw account bij {host} heeft nu een ander adres"),
        changed_text: Sentence("Het is {address}. Met dit adres kan niemand zich meer aanmelden."),
        changed_advice: Sentence(
            "Was u dat niet? U kunt dit ongedaan maken tot {date}: het account krijgt dit adres terug, en iedereen die erbij is aangemeld, wordt afgemeld.",
        ),
        undo: "Wijziging ongedaan maken",
    },
};
