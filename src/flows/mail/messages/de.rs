//! German.

use super::{
    AccountInvitationMessages, AddressMessages, ApprovalMessages, LifeCycleMessages, MailMessages, OwnershipMessages,
    PasskeyMessages, SignInMessages, UpstreamMessages,
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
    passkey: PasskeyMessages {
        added: Sentence("Zu Ihrem Konto bei {host} ist ein Passkey hinzugekommen"),
        added_text: Sentence(
            "Mit dem Passkey {name} kann man sich von jetzt an ohne E-Mail an Ihrem Konto anmelden. Er wurde von {address} aus hinzugefügt.",
        ),
        added_advice: "Waren Sie das nicht, entfernen Sie ihn auf Ihrer Kontoseite, melden Sie sich überall ab und sagen Sie dem Betreiber des Servers Bescheid.",
        removed: Sentence("Von Ihrem Konto bei {host} wurde ein Passkey entfernt"),
        removed_text: Sentence("Mit dem Passkey {name} kann man sich nicht mehr an Ihrem Konto anmelden."),
        removed_advice: "Waren Sie das nicht, sehen Sie auf Ihrer Kontoseite nach, melden Sie sich überall ab und sagen Sie dem Betreiber des Servers Bescheid.",
        open: "Ihr Konto öffnen",
    },
    upstream: UpstreamMessages {
        linked: Sentence("Mit Ihrem Konto bei {host} wurde ein anderes verbunden"),
        linked_text: Sentence(
            "Wer sich bei {name} als {there} anmeldet, ist von jetzt an ohne E-Mail an Ihrem Konto angemeldet. Verbunden wurde es von {address} aus.",
        ),
        linked_advice: "Waren Sie das nicht, trennen Sie es auf Ihrer Kontoseite, melden Sie sich überall ab und sagen Sie dem Betreiber des Servers Bescheid.",
        unlinked: Sentence("Von Ihrem Konto bei {host} wurde ein anderes getrennt"),
        unlinked_text: Sentence("{there} bei {name} meldet nicht mehr an Ihrem Konto an."),
    },
    address: AddressMessages {
        proof: Sentence("Bestätigen Sie Ihre neue Adresse bei {host}"),
        proof_text: Sentence("Das Konto von {address} bei {host} soll diese Adresse bekommen."),
        proof_where: "Öffnen Sie den Link in einem Browser, in dem Sie bei diesem Konto angemeldet sind.",
        proof_until: Sentence(
            "Er gilt bis {date}. Haben Sie das nicht verlangt, ignorieren Sie diese E-Mail: Es ändert sich nichts.",
        ),
        confirm: "Adresse bestätigen",
        taken: Sentence("Diese Adresse hat ein Konto bei {host}"),
        taken_text: Sentence(
            "Jemand, der bei {host} an einem anderen Konto angemeldet ist, wollte diesem Ihre Adresse geben.",
        ),
        taken_advice: "Sie hat schon ein Konto, also wurde nichts geändert. Sie brauchen nichts zu tun.",
        changed: Sentence("Ihr Konto bei {host} hat jetzt eine andere Adresse"),
        changed_text: Sentence("Sie ist {address}. Mit dieser Adresse kann sich niemand mehr anmelden."),
        changed_advice: Sentence(
            "Waren Sie das nicht? Bis {date} können Sie es rückgängig machen: Das Konto bekommt diese Adresse zurück, und alle, die daran angemeldet sind, werden abgemeldet.",
        ),
        undo: "Rückgängig machen",
    },
};
