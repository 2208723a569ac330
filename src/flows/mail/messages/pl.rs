//! Polish.

use super::{
    AccountInvitationMessages, AddressMessages, ApprovalMessages, LifeCycleMessages, MailMessages, OwnershipMessages,
    PasskeyMessages, SignInMessages, UpstreamMessages,
};
use crate::domain::language::{Around, Language, Plural, Sentence};

/// The messages of mails in Polish.
pub(super) const PL: MailMessages = MailMessages {
    language: Language::Polish,
    sign_in: SignInMessages {
        heading: Sentence("Logowanie do {target}"),
        request: Sentence("Poproszono o zalogowanie do {target} jako {recipient}."),
        open_link: "Aby kontynuować, otwórz ten link:",
        or_type: "Albo wpisz ten kod tam, gdzie zaczęto logowanie:",
        code: "Kod",
        lifetime: Sentence("Link i kod działają przez {duration} i tylko raz."),
        minutes: Plural { one: "1 minutę", few: Around("", " minuty"), many: Around("", " minut") },
        seconds: Plural { one: "1 sekundę", few: Around("", " sekundy"), many: Around("", " sekund") },
        origin: Sentence("Ta wiadomość dotyczy żądania z oznaczeniem {reference}, które nadeszło z:"),
        device: "Urządzenie",
        device_on: "na",
        address: "Adres",
        time: "Czas",
        not_you: "Jeśli to nie Twoja prośba, zignoruj tę wiadomość. Bez linku lub kodu nikt się nie zaloguje, więc nie przekazuj ich nikomu.",
        full_link: "Jeśli przycisk nie działa, otwórz ten link:",
    },
    life_cycle: LifeCycleMessages {
        unused_since: Sentence("od {date}"),
        unused_ever: Sentence("od rejestracji {date}"),
        warned: Sentence("{name}: wyłączenie {date}"),
        warned_paragraphs: [
            Sentence("Twoja aplikacja {name} (identyfikator klienta {id}) nie była używana {unused}."),
            Sentence(
                "Jeśli to się nie zmieni, zostanie wyłączona {date}. Od tej chwili jej żądania tokenów będą odrzucane.",
            ),
            Sentence(
                "Jeśli jest jeszcze potrzebna, zachowaj ją: jej czas zacznie się wtedy od nowa. Jednorazowe użycie działa tak samo.",
            ),
            Sentence("Jeśli nie jest już potrzebna, nie trzeba nic robić."),
        ],
        keep: Sentence("Zachowaj {name}"),
        deactivated: Sentence("{name}: aplikację wyłączono"),
        deactivated_paragraphs: [
            Sentence(
                "Twoja aplikacja {name} (identyfikator klienta {id}) została wyłączona, ponieważ nie była używana {unused}. Jej żądania tokenów są odrzucane.",
            ),
            Sentence("Można ją ponownie włączyć do {date}. Potem zostanie usunięta."),
        ],
        deleted: Sentence("{name}: aplikację usunięto"),
        deleted_paragraphs: [
            Sentence(
                "Twoja aplikacja {name} (identyfikator klienta {id}) została usunięta, ponieważ nie była używana {unused}.",
            ),
            Sentence("Można ją przywrócić wraz z sekretami do {date}. Potem zniknie na zawsze."),
        ],
        revived: Sentence("{name}: aplikacja jest znów aktywna"),
        revived_paragraphs: [Sentence(
            "Twoja aplikacja {name} (identyfikator klienta {id}) została użyta dokładnie w chwili wyłączania. Jest znów aktywna i nie trzeba nic robić.",
        )],
        open: Sentence("Otwórz {name} w portalu"),
    },
    approval: ApprovalMessages {
        granted: Sentence("{name}: prośbę przyjęto"),
        granted_text: "Operator zatwierdził Twoją prośbę. Obowiązuje to od teraz.",
        refused: Sentence("{name}: prośbę odrzucono"),
        refused_text: "Operator odrzucił Twoją prośbę. Aplikacja działa bez zmian.",
        open: "Otwórz aplikację",
    },
    ownership: OwnershipMessages {
        invited: Sentence("Zaproszenie do zarządzania aplikacją na {host}"),
        invited_text: Sentence("{by} zaprasza do wspólnego zarządzania aplikacją {name} na {host}."),
        invited_until: Sentence("Zaproszenie można przyjąć do {date}."),
        see_invitation: "Zobacz zaproszenie",
        removed: Sentence("Nie zarządzasz już aplikacją {name}"),
        removed_text: Sentence(
            "Właścicielem aplikacji {name} (identyfikator klienta {id}) na {host} nie jest już Twoje konto. Zmiany dokonał: {by}.",
        ),
        removed_advice: "Jeśli powód nie jest znany, można zapytać tę osobę lub operatora tego serwera.",
        an_operator: "operator",
    },
    account_invitation: AccountInvitationMessages {
        heading: Sentence("Zaproszenie do {host}"),
        text: Sentence("Na {host} można założyć konto: wystarczy zalogować się tym adresem, bez hasła."),
        until: Sentence("Zaproszenie jest ważne do {date}."),
        sign_in: "Zaloguj się",
    },
    passkey: PasskeyMessages {
        added: Sentence("Do konta na {host} dodano klucz dostępu"),
        added_text: Sentence(
            "Kluczem dostępu {name} można się od teraz logować na Twoje konto bez wiadomości e-mail. Dodano go z adresu {address}.",
        ),
        added_advice: "Jeśli to nie Twoje działanie, usuń go na stronie konta, wyloguj się wszędzie i powiadom operatora serwera.",
        removed: Sentence("Z konta na {host} usunięto klucz dostępu"),
        removed_text: Sentence("Kluczem dostępu {name} nie można się już logować na Twoje konto."),
        removed_advice: "Jeśli to nie Twoje działanie, sprawdź stronę konta, wyloguj się wszędzie i powiadom operatora serwera.",
        open: "Otwórz konto",
    },
    upstream: UpstreamMessages {
        linked: Sentence("Z kontem na {host} połączono inne konto"),
        linked_text: Sentence(
            "Kto zaloguje się w usłudze {name} jako {there}, loguje się od teraz na Twoje konto bez wiadomości e-mail. Połączono je z adresu {address}.",
        ),
        linked_advice: "Jeśli to nie Twoje działanie, rozłącz je na stronie konta, wyloguj się wszędzie i powiadom operatora serwera.",
        unlinked: Sentence("Od konta na {host} odłączono inne konto"),
        unlinked_text: Sentence("Jako {there} w usłudze {name} nie można się już logować na Twoje konto."),
    },
    address: AddressMessages {
        proof: Sentence("Potwierdź nowy adres na {host}"),
        proof_text: Sentence("Konto {address} na {host} ma otrzymać ten adres."),
        proof_where: "Otwórz link w przeglądarce, w której to konto jest zalogowane.",
        proof_until: Sentence(
            "Jest ważny do {date}. Jeśli to nie Twoja prośba, zignoruj tę wiadomość: nic się nie zmieni.",
        ),
        confirm: "Potwierdź adres",
        taken: Sentence("Ten adres ma już konto na {host}"),
        taken_text: Sentence("Ktoś zalogowany na inne konto na {host} chciał nadać mu ten adres."),
        taken_advice: "Ma on już konto, więc niczego nie zmieniono. Nie trzeba nic robić.",
        changed: Sentence("Konto na {host} ma teraz inny adres"),
        changed_text: Sentence("Jest to {address}. Obecnym adresem nikt już się nie zaloguje."),
        changed_advice: Sentence(
            "To nie Twoje działanie? Można to cofnąć do {date}: konto odzyska ten adres, a wszystkie otwarte sesje zostaną zakończone.",
        ),
        undo: "Cofnij zmianę",
    },
};
