//! Italian.

use super::{
    AccountInvitationMessages, AddressMessages, ApprovalMessages, LifeCycleMessages, MailMessages, OwnershipMessages,
    PasskeyMessages, SignInMessages, UpstreamMessages,
};
use crate::domain::language::{Around, Language, Plural, Sentence};

/// The messages of mails in Italian.
pub(super) const IT: MailMessages = MailMessages {
    language: Language::Italian,
    sign_in: SignInMessages {
        heading: Sentence("Accesso a {target}"),
        request: Sentence("È stato richiesto l’accesso a {target} come {recipient}."),
        open_link: "Apra questo link per continuare:",
        or_type: "Oppure inserisca questo codice dove ha iniziato:",
        code: "Codice",
        lifetime: Sentence("Il link e il codice valgono per {duration} e una sola volta."),
        minutes: Plural::two("1 minuto", Around("", " minuti")),
        seconds: Plural::two("1 secondo", Around("", " secondi")),
        origin: Sentence("Questa e-mail risponde alla richiesta con il riferimento {reference}, che arriva da:"),
        device: "Dispositivo",
        device_on: "su",
        address: "Indirizzo",
        time: "Ora",
        not_you: "Se la richiesta non è sua, ignori questa e-mail. Senza il link o il codice nessuno può accedere; non li comunichi ad altri.",
        full_link: "Se il pulsante non funziona, apra questo link:",
    },
    life_cycle: LifeCycleMessages {
        unused_since: Sentence("dal giorno {date}"),
        unused_ever: Sentence("dalla registrazione, avvenuta il giorno {date}"),
        warned: Sentence("{name} sarà disattivata il giorno {date}"),
        warned_paragraphs: [
            Sentence("La sua applicazione {name} (ID client {id}) non è stata usata {unused}."),
            Sentence(
                "Se resta così, sarà disattivata il giorno {date}. Da quel momento le sue richieste di token saranno rifiutate.",
            ),
            Sentence(
                "Se le serve ancora, la mantenga: il suo tempo ricomincia da capo. Usarla una volta ha lo stesso effetto.",
            ),
            Sentence("Se non le serve più, non deve fare nulla."),
        ],
        keep: Sentence("Mantieni {name}"),
        deactivated: Sentence("{name} è stata disattivata"),
        deactivated_paragraphs: [
            Sentence(
                "La sua applicazione {name} (ID client {id}) è stata disattivata perché non è stata usata {unused}. Le sue richieste di token vengono rifiutate.",
            ),
            Sentence("Può riattivarla fino al giorno {date}. Poi sarà eliminata."),
        ],
        deleted: Sentence("{name} è stata eliminata"),
        deleted_paragraphs: [
            Sentence(
                "La sua applicazione {name} (ID client {id}) è stata eliminata perché non è stata usata {unused}.",
            ),
            Sentence("Può recuperarla con i suoi segreti fino al giorno {date}. Poi sparirà definitivamente."),
        ],
        revived: Sentence("{name} è di nuovo attiva"),
        revived_paragraphs: [Sentence(
            "La sua applicazione {name} (ID client {id}) è stata usata proprio nel momento in cui veniva disattivata. È di nuovo attiva e non deve fare nulla.",
        )],
        open: Sentence("Apri {name} nel portale"),
    },
    approval: ApprovalMessages {
        granted: Sentence("{name} ha ottenuto quanto richiesto"),
        granted_text: "Un gestore ha approvato la sua richiesta. Vale da subito.",
        refused: Sentence("{name} non ha ottenuto quanto richiesto"),
        refused_text: "Un gestore ha rifiutato la sua richiesta. L’applicazione prosegue com’è.",
        open: "Apri l’applicazione",
    },
    ownership: OwnershipMessages {
        invited: Sentence("Invito a gestire un’applicazione su {host}"),
        invited_text: Sentence("{by} propone di gestire insieme l’applicazione {name} su {host}."),
        invited_until: Sentence("Può accettare fino al giorno {date}."),
        see_invitation: "Vedi l’invito",
        removed: Sentence("Non gestisce più {name}"),
        removed_text: Sentence(
            "{by} ha tolto il suo account dai proprietari dell’applicazione {name} (ID client {id}) su {host}.",
        ),
        removed_advice: "Se non sa perché, chieda a questa persona o al gestore di questo server.",
        an_operator: "Un gestore",
    },
    account_invitation: AccountInvitationMessages {
        heading: Sentence("Invito a {host}"),
        text: Sentence("Può creare un account su {host}: acceda con questo indirizzo, senza password."),
        until: Sentence("L’invito vale fino al giorno {date}."),
        sign_in: "Accedi",
    },
    passkey: PasskeyMessages {
        added: Sentence("Una passkey è stata aggiunta al suo account su {host}"),
        added_text: Sentence(
            "Con la passkey {name} si può accedere al suo account da ora in poi, senza e-mail. È stata aggiunta da {address}.",
        ),
        added_advice: "Se non è opera sua, la rimuova nella pagina del suo account, esca ovunque e avvisi il gestore del server.",
        removed: Sentence("Una passkey è stata rimossa dal suo account su {host}"),
        removed_text: Sentence("Con la passkey {name} non si può più accedere al suo account."),
        removed_advice: "Se non è opera sua, controlli la pagina del suo account, esca ovunque e avvisi il gestore del server.",
        open: "Apri l’account",
    },
    upstream: UpstreamMessages {
        linked: Sentence("Un account è stato collegato al suo su {host}"),
        linked_text: Sentence(
            "Chi accede a {name} come {there} accede al suo account da ora in poi, senza e-mail. È stato collegato da {address}.",
        ),
        linked_advice: "Se non è opera sua, lo scolleghi nella pagina del suo account, esca ovunque e avvisi il gestore del server.",
        unlinked: Sentence("Un account è stato scollegato dal suo su {host}"),
        unlinked_text: Sentence("Con {there} su {name} non si può più accedere al suo account."),
    },
    address: AddressMessages {
        proof: Sentence("Confermi il nuovo indirizzo su {host}"),
        proof_text: Sentence("L’account di {address} su {host} avrà questo indirizzo."),
        proof_where: "Apra il link in un browser in cui l’accesso a quell’account è attivo.",
        proof_until: Sentence(
            "Vale fino al giorno {date}. Se non è una sua richiesta, ignori questa e-mail: non cambia nulla.",
        ),
        confirm: "Conferma l’indirizzo",
        taken: Sentence("Questo indirizzo ha un account su {host}"),
        taken_text: Sentence("Qualcuno con un altro account su {host} voleva assegnargli questo indirizzo."),
        taken_advice: "Ha già un account, quindi non è stato modificato nulla. Non deve fare nulla.",
        changed: Sentence("Il suo account su {host} ha ora un altro indirizzo"),
        changed_text: Sentence("È {address}. Nessuno può più accedere con il presente indirizzo."),
        changed_advice: Sentence(
            "Non è opera sua? Può annullarlo fino al giorno {date}: l’account riavrà questo indirizzo e tutte le sessioni aperte verranno chiuse.",
        ),
        undo: "Annulla la modifica",
    },
};
