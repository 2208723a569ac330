//! Portuguese.

use super::{
    AccountInvitationMessages, AddressMessages, ApprovalMessages, LifeCycleMessages, MailMessages, OwnershipMessages,
    PasskeyMessages, SignInMessages, UpstreamMessages,
};
use crate::domain::language::{Around, Language, Plural, Sentence};

/// The messages of mails in Portuguese.
pub(super) const PT: MailMessages = MailMessages {
    language: Language::Portuguese,
    sign_in: SignInMessages {
        heading: Sentence("Iniciar sessão em {target}"),
        request: Sentence("Foi pedido o início de sessão em {target} como {recipient}."),
        open_link: "Abra este link para continuar:",
        or_type: "Ou insira este código onde começou:",
        code: "O seu código",
        lifetime: Sentence("O link e o código são válidos por {duration} e uma única vez."),
        minutes: Plural::two("1 minuto", Around("", " minutos")),
        seconds: Plural::two("1 segundo", Around("", " segundos")),
        origin: Sentence("Este e-mail responde ao pedido com a referência {reference}, que veio de:"),
        device: "Dispositivo",
        device_on: "em",
        address: "Endereço",
        time: "Hora",
        not_you: "Se não foi você, ignore este e-mail. Sem o link ou o código ninguém consegue iniciar sessão; não os passe a ninguém.",
        full_link: "Se o botão não funcionar, abra este link:",
    },
    life_cycle: LifeCycleMessages {
        unused_since: Sentence("desde {date}"),
        unused_ever: Sentence("desde o registro em {date}"),
        warned: Sentence("{name} será desativada em {date}"),
        warned_paragraphs: [
            Sentence("A sua aplicação {name} (ID de cliente {id}) não foi usada {unused}."),
            Sentence(
                "Se continuar assim, será desativada em {date}. A partir daí, os seus pedidos de tokens serão recusados.",
            ),
            Sentence(
                "Se ainda precisa dela, mantenha-a: o prazo recomeça então do início. Usá-la uma vez tem o mesmo efeito.",
            ),
            Sentence("Se já não precisa dela, não tem de fazer nada."),
        ],
        keep: Sentence("Manter {name}"),
        deactivated: Sentence("{name} foi desativada"),
        deactivated_paragraphs: [
            Sentence(
                "A sua aplicação {name} (ID de cliente {id}) foi desativada porque não foi usada {unused}. Os seus pedidos de tokens são recusados.",
            ),
            Sentence("Pode ativá-la de novo até {date}. Depois será excluída."),
        ],
        deleted: Sentence("{name} foi excluída"),
        deleted_paragraphs: [
            Sentence("A sua aplicação {name} (ID de cliente {id}) foi excluída porque não foi usada {unused}."),
            Sentence("Pode recuperá-la com os seus segredos até {date}. Depois desaparece de vez."),
        ],
        revived: Sentence("{name} está ativa de novo"),
        revived_paragraphs: [Sentence(
            "A sua aplicação {name} (ID de cliente {id}) foi usada no exato momento em que era desativada. Está ativa de novo, e não é preciso fazer nada.",
        )],
        open: Sentence("Abrir {name} no portal"),
    },
    approval: ApprovalMessages {
        granted: Sentence("{name} recebeu o que você pediu"),
        granted_text: "Um operador aprovou o seu pedido. Vale a partir de agora.",
        refused: Sentence("{name} não recebeu o que você pediu"),
        refused_text: "Um operador recusou o seu pedido. A aplicação continua como está.",
        open: "Abrir a aplicação",
    },
    ownership: OwnershipMessages {
        invited: Sentence("Convite para gerir uma aplicação em {host}"),
        invited_text: Sentence("{by} convida você a gerir a aplicação {name} em {host}."),
        invited_until: Sentence("Pode aceitar até {date}."),
        see_invitation: "Ver o convite",
        removed: Sentence("Você já não gere {name}"),
        removed_text: Sentence(
            "{by} retirou a sua conta dos proprietários da aplicação {name} (ID de cliente {id}) em {host}.",
        ),
        removed_advice: "Se não sabe por quê, pergunte a essa pessoa ou ao operador deste servidor.",
        an_operator: "Um operador",
    },
    account_invitation: AccountInvitationMessages {
        heading: Sentence("Convite para {host}"),
        text: Sentence("Você pode criar uma conta em {host}: inicie sessão com este endereço, sem senha."),
        until: Sentence("O convite é válido até {date}."),
        sign_in: "Iniciar sessão",
    },
    passkey: PasskeyMessages {
        added: Sentence("Uma chave de acesso foi adicionada à sua conta em {host}"),
        added_text: Sentence(
            "Com a chave de acesso {name} já se pode iniciar sessão na sua conta sem e-mail. Foi adicionada a partir de {address}.",
        ),
        added_advice: "Se não foi você, remova-a na página da sua conta, termine todas as sessões e avise o operador do servidor.",
        removed: Sentence("Uma chave de acesso foi removida da sua conta em {host}"),
        removed_text: Sentence("Com a chave de acesso {name} já não se pode iniciar sessão na sua conta."),
        removed_advice: "Se não foi você, veja a página da sua conta, termine todas as sessões e avise o operador do servidor.",
        open: "Abrir a sua conta",
    },
    upstream: UpstreamMessages {
        linked: Sentence("Uma conta foi ligada à sua em {host}"),
        linked_text: Sentence(
            "Quem iniciar sessão em {name} como {there} inicia sessão na sua conta a partir de agora, sem e-mail. Foi ligada a partir de {address}.",
        ),
        linked_advice: "Se não foi você, desligue-a na página da sua conta, termine todas as sessões e avise o operador do servidor.",
        unlinked: Sentence("Uma conta foi desligada da sua em {host}"),
        unlinked_text: Sentence("Com {there} em {name} já não se pode iniciar sessão na sua conta."),
    },
    address: AddressMessages {
        proof: Sentence("Confirme o seu novo endereço em {host}"),
        proof_text: Sentence("A conta de {address} em {host} vai ter este endereço."),
        proof_where: "Abra o link em um navegador em que tenha sessão iniciada nessa conta.",
        proof_until: Sentence("É válido até {date}. Se não foi você que pediu, ignore este e-mail: nada muda."),
        confirm: "Confirmar o endereço",
        taken: Sentence("Este endereço tem uma conta em {host}"),
        taken_text: Sentence("Alguém com sessão iniciada em outra conta de {host} quis dar-lhe este endereço."),
        taken_advice: "Ele já tem uma conta, por isso nada foi alterado. Não é preciso fazer nada.",
        changed: Sentence("A sua conta em {host} tem agora outro endereço"),
        changed_text: Sentence("É {address}. Ninguém pode mais iniciar sessão com o presente endereço."),
        changed_advice: Sentence(
            "Não foi você? Pode desfazer até {date}: a conta volta a ter este endereço, e todas as sessões iniciadas são terminadas.",
        ),
        undo: "Desfazer a alteração",
    },
};
