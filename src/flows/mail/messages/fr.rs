//! French. A no-break space stands before `:`, `;`, `?` and `!`, so that no line begins with them.

use super::{
    AccountInvitationMessages, AddressMessages, ApprovalMessages, LifeCycleMessages, MailMessages, OwnershipMessages,
    PasskeyMessages, SignInMessages, UpstreamMessages,
};
use crate::domain::language::{Around, Language, Plural, Sentence};

/// The messages of mails in French.
pub(super) const FR: MailMessages = MailMessages {
    language: Language::French,
    sign_in: SignInMessages {
        heading: Sentence("Se connecter à {target}"),
        request: Sentence("Vous avez demandé à vous connecter à {target} en tant que {recipient}."),
        open_link: "Ouvrez ce lien pour continuer :",
        or_type: "Ou saisissez ce code là où vous avez commencé :",
        code: "Votre code",
        lifetime: Sentence("Le lien et le code sont valables pendant {duration}, et une seule fois."),
        minutes: Plural::two("1 minute", Around("", " minutes")),
        seconds: Plural::two("1 seconde", Around("", " secondes")),
        origin: Sentence("Cet e-mail répond à la demande portant la référence {reference}, qui vient de :"),
        device: "Appareil",
        device_on: "sur",
        address: "Adresse",
        time: "Heure",
        not_you: "Si ce n’était pas vous, ignorez cet e-mail. Sans le lien ou le code, personne ne peut se connecter ; ne les transmettez donc pas.",
        full_link: "Si le bouton ne fonctionne pas, ouvrez ce lien :",
    },
    life_cycle: LifeCycleMessages {
        unused_since: Sentence("depuis le {date}"),
        unused_ever: Sentence("depuis son enregistrement le {date}"),
        warned: Sentence("{name} sera désactivée le {date}"),
        warned_paragraphs: [
            Sentence("Votre application {name} (identifiant client {id}) n’a pas été utilisée {unused}."),
            Sentence(
                "Si rien ne change, elle sera désactivée le {date}. Ses demandes de jetons seront alors refusées.",
            ),
            Sentence(
                "Si vous en avez encore besoin, conservez-la : son délai repart alors de zéro. L’utiliser une fois a le même effet.",
            ),
            Sentence("Si vous n’en avez plus besoin, vous n’avez rien à faire."),
        ],
        keep: Sentence("Conserver {name}"),
        deactivated: Sentence("{name} a été désactivée"),
        deactivated_paragraphs: [
            Sentence(
                "Votre application {name} (identifiant client {id}) a été désactivée, car elle n’a pas été utilisée {unused}. Ses demandes de jetons sont refusées.",
            ),
            Sentence("Vous pouvez la réactiver jusqu’au {date}. Ensuite, elle sera supprimée."),
        ],
        deleted: Sentence("{name} a été supprimée"),
        deleted_paragraphs: [
            Sentence(
                "Votre application {name} (identifiant client {id}) a été supprimée, car elle n’a pas été utilisée {unused}.",
            ),
            Sentence(
                "Vous pouvez la récupérer avec ses secrets jusqu’au {date}. Ensuite, elle disparaît définitivement.",
            ),
        ],
        revived: Sentence("{name} est de nouveau active"),
        revived_paragraphs: [Sentence(
            "Votre application {name} (identifiant client {id}) a été utilisée au moment même où elle était désactivée. Elle est de nouveau active, et vous n’avez rien à faire.",
        )],
        open: Sentence("Ouvrir {name} dans le portail"),
    },
    approval: ApprovalMessages {
        granted: Sentence("{name} a obtenu ce que vous aviez demandé"),
        granted_text: "Un exploitant a accepté votre demande. Cela s’applique dès maintenant.",
        refused: Sentence("{name} n’a pas obtenu ce que vous aviez demandé"),
        refused_text: "Un exploitant a refusé votre demande. L’application continue sans changement.",
        open: "Ouvrir l’application",
    },
    ownership: OwnershipMessages {
        invited: Sentence("Invitation à devenir propriétaire d’une application sur {host}"),
        invited_text: Sentence("{by} vous invite à devenir propriétaire de l’application {name} sur {host}."),
        invited_until: Sentence("Vous pouvez accepter jusqu’au {date}."),
        see_invitation: "Voir l’invitation",
        removed: Sentence("Vous ne gérez plus {name}"),
        removed_text: Sentence(
            "{by} vous a retiré des propriétaires de l’application {name} (identifiant client {id}) sur {host}.",
        ),
        removed_advice: "Si vous ne savez pas pourquoi, adressez-vous à cette personne ou à l’exploitant de ce serveur.",
        an_operator: "Un exploitant",
    },
    account_invitation: AccountInvitationMessages {
        heading: Sentence("Invitation à rejoindre {host}"),
        text: Sentence(
            "Vous pouvez créer un compte sur {host} : connectez-vous avec cette adresse, sans mot de passe.",
        ),
        until: Sentence("L’invitation est valable jusqu’au {date}."),
        sign_in: "Se connecter",
    },
    passkey: PasskeyMessages {
        added: Sentence("Une clé d’accès a été ajoutée à votre compte sur {host}"),
        added_text: Sentence(
            "La clé d’accès {name} permet désormais de se connecter à votre compte sans e-mail. Elle a été ajoutée depuis {address}.",
        ),
        added_advice: "Si ce n’était pas vous, supprimez-la sur la page de votre compte, déconnectez-vous partout et prévenez l’exploitant du serveur.",
        removed: Sentence("Une clé d’accès a été supprimée de votre compte sur {host}"),
        removed_text: Sentence("La clé d’accès {name} ne permet plus de se connecter à votre compte."),
        removed_advice: "Si ce n’était pas vous, consultez la page de votre compte, déconnectez-vous partout et prévenez l’exploitant du serveur.",
        open: "Ouvrir votre compte",
    },
    upstream: UpstreamMessages {
        linked: Sentence("Un compte a été relié au vôtre sur {host}"),
        linked_text: Sentence(
            "Qui se connecte chez {name} en tant que {there} se connecte désormais à votre compte, sans e-mail. Le compte a été relié depuis {address}.",
        ),
        linked_advice: "Si ce n’était pas vous, séparez-le sur la page de votre compte, déconnectez-vous partout et prévenez l’exploitant du serveur.",
        unlinked: Sentence("Un compte a été séparé du vôtre sur {host}"),
        unlinked_text: Sentence("{there} chez {name} ne permet plus de se connecter à votre compte."),
    },
    address: AddressMessages {
        proof: Sentence("Confirmez votre nouvelle adresse sur {host}"),
        proof_text: Sentence("Le compte de {address} sur {host} doit recevoir cette adresse."),
        proof_where: "Ouvrez le lien dans un navigateur où ce compte est connecté.",
        proof_until: Sentence(
            "Il est valable jusqu’au {date}. Si vous n’avez rien demandé, ignorez cet e-mail : rien ne change.",
        ),
        confirm: "Confirmer l’adresse",
        taken: Sentence("Cette adresse a déjà un compte sur {host}"),
        taken_text: Sentence(
            "Une personne connectée à un autre compte sur {host} voulait donner cette adresse à ce compte.",
        ),
        taken_advice: "Elle a déjà un compte, donc rien n’a été modifié. Vous n’avez rien à faire.",
        changed: Sentence("Votre compte sur {host} a désormais une autre adresse"),
        changed_text: Sentence("C’est {address}. Plus personne ne peut se connecter avec la présente adresse."),
        changed_advice: Sentence(
            "Ce n’était pas vous ? Vous pouvez l’annuler jusqu’au {date} : le compte retrouve cette adresse, et toutes les sessions ouvertes sont fermées.",
        ),
        undo: "Annuler le changement",
    },
};
