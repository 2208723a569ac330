//! German.

use super::{
    AccountInvitationMessages, ApprovalMessages, LifeCycleMessages, MailMessages, OwnershipMessages, SignInMessages,
};
use crate::domain::language::{Around, Language, Plural, Sentence};

/// The messages of mails in German.
pub(super) const DE: MailMessages = MailMessages {
    language: Language::German,
    sign_in: SignInMessages {
        heading: Sentence("Bei {target} anmelden"),
        request: Sentence("Sie möchten sich bei {target} als {recipient} anmelden."),
        open_link: "Öffnen Sie dazu diesen Link:",
        or_type: "Oder geben Sie diesen Code dort ein, wo Sie begonnen haben:",
        code: "Ihr Code",
        lifetime: Sentence("Link und Code gelten {duration} lang und nur einmal."),
        minutes: Plural::two("1 Minute", Around("", " Minuten")),
        seconds: Plural::two("1 Sekunde", Around("", " Sekunden")),
        origin: Sentence("Diese E-Mail gehört zur Anfrage mit dem Kennzeichen {reference}. Sie kam von:"),
        device: "Gerät",
        device_on: "auf",
        address: "Adresse",
        time: "Zeit",
        not_you: "Wenn Sie das nicht waren, ignorieren Sie diese E-Mail. Ohne Link oder Code kann sich niemand anmelden; geben Sie beides nicht weiter.",
        full_link: "Falls die Schaltfläche nicht funktioniert, öffnen Sie diesen Link:",
    },
    life_cycle: LifeCycleMessages {
        unused_since: Sentence("seit {date}"),
        unused_ever: Sentence("seit der Registrierung am {date}"),
        warned: Sentence("{name} wird am {date} deaktiviert"),
        warned_paragraphs: [
            Sentence("Ihre Anwendung {name} (Client-ID {id}) wurde {unused} nicht benutzt."),
            Sentence("Bleibt es dabei, wird sie am {date} deaktiviert. Dann bekommt sie keine Tokens mehr."),
            Sentence(
                "Wenn Sie die Anwendung noch brauchen, behalten Sie sie: Ihre Zeit beginnt dann von vorn. Dasselbe bewirkt es, sie einmal zu benutzen.",
            ),
            Sentence("Brauchen Sie die Anwendung nicht mehr, müssen Sie nichts tun."),
        ],
        keep: Sentence("{name} behalten"),
        deactivated: Sentence("{name} wurde deaktiviert"),
        deactivated_paragraphs: [
            Sentence(
                "Ihre Anwendung {name} (Client-ID {id}) wurde deaktiviert, weil sie {unused} nicht benutzt wurde. Sie bekommt keine Tokens mehr.",
            ),
            Sentence("Bis {date} können Sie sie wieder aktivieren. Dann wird sie gelöscht."),
        ],
        deleted: Sentence("{name} wurde gelöscht"),
        deleted_paragraphs: [
            Sentence("Ihre Anwendung {name} (Client-ID {id}) wurde gelöscht, weil sie {unused} nicht benutzt wurde."),
            Sentence("Bis {date} können Sie sie mitsamt ihren Secrets zurückholen. Danach ist sie endgültig weg."),
        ],
        revived: Sentence("{name} ist wieder aktiv"),
        revived_paragraphs: [Sentence(
            "Ihre Anwendung {name} (Client-ID {id}) wurde genau in dem Augenblick benutzt, in dem sie deaktiviert wurde. Sie ist wieder aktiv, Sie müssen nichts tun.",
        )],
        open: Sentence("{name} im Portal öffnen"),
    },
    approval: ApprovalMessages {
        granted: Sentence("{name} hat erhalten, worum Sie gebeten haben"),
        granted_text: "Ein Betreiber hat Ihrer Bitte zugestimmt. Das gilt ab sofort.",
        refused: Sentence("{name} hat nicht erhalten, worum Sie gebeten haben"),
        refused_text: "Ein Betreiber hat Ihre Bitte abgelehnt. Die Anwendung läuft unverändert weiter.",
        open: "Anwendung öffnen",
    },
    ownership: OwnershipMessages {
        invited: Sentence("Sie sind eingeladen, eine Anwendung auf {host} zu verwalten"),
        invited_text: Sentence("{by} lädt Sie ein, die Anwendung {name} auf {host} zu verwalten."),
        invited_until: Sentence("Sie können bis zum {date} annehmen."),
        see_invitation: "Einladung ansehen",
        removed: Sentence("Sie verwalten {name} nicht mehr"),
        removed_text: Sentence("{by} hat Sie als Verwalter der Anwendung {name} (Client-ID {id}) auf {host} entfernt."),
        removed_advice: "Wenn Sie nicht wissen, warum, fragen Sie dort nach oder beim Betreiber dieses Servers.",
        an_operator: "Ein Betreiber",
    },
    account_invitation: AccountInvitationMessages {
        heading: Sentence("Sie sind zu {host} eingeladen"),
        text: Sentence(
            "Sie können auf {host} ein Konto anlegen: Melden Sie sich mit dieser Adresse an, ganz ohne Passwort.",
        ),
        until: Sentence("Die Einladung gilt bis zum {date}."),
        sign_in: "Anmelden",
    },
};
