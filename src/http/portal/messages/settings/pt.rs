//! Portuguese.

use super::{SettingText, SettingTexts, ValueTexts};

/// The settings in Portuguese.
pub(in crate::http::portal::messages) const PT: SettingTexts = SettingTexts {
    name: SettingText { label: "Nome", help: "Para as pessoas: elas o veem quando iniciam sessão e nos e-mails." },
    redirect_uris: SettingText {
        label: "URIs de redirecionamento",
        help: "Para onde se pode voltar depois de iniciar sessão, comparados caractere por caractere.",
    },
    scopes: SettingText { label: "Escopos", help: "O que ela pode pedir." },
    default_scopes: SettingText {
        label: "Escopos padrão",
        help: "O que ela obtém quando não pede nada em particular.",
    },
    scope_policy: SettingText {
        label: "Escopos que não pode ter",
        help: "O que acontece com os escopos que ela pede e não pode ter.",
    },
    grants: SettingText { label: "O que pode fazer", help: "As concessões (grants) que ela pode usar." },
    post_logout_redirect_uris: SettingText {
        label: "Endereços após o término de sessão",
        help: "Para onde se pode voltar depois de terminar a sessão.",
    },
    backchannel_logout_uri: SettingText {
        label: "Endereço para tokens de término de sessão",
        help: "Onde ela é avisada de que a sessão de uma pessoa terminou (OIDC Back-Channel Logout). Este servidor envia para lá um token assinado, mesmo quando o navegador da pessoa está fechado.",
    },
    backchannel_logout_session_required: SettingText {
        label: "Tokens de término nomeiam uma sessão",
        help: "Se ela precisa saber qual sessão terminou. Então só é avisada de sessões isoladas, e não de que terminou tudo o que já obteve de uma pessoa.",
    },
    initiate_login_uri: SettingText {
        label: "Endereço que começa um início de sessão",
        help: "Onde começa um início de sessão nela (OIDC Core §4), para quem vem da página da própria conta; tem precedência sobre a página inicial.",
    },
    audiences: SettingText {
        label: "Destinatários",
        help: "As APIs para as quais ela pode pedir tokens com os parâmetros resource e audience, além de si mesma: cada uma pelo seu URL, ou pelo ID de cliente de uma aplicação que a tenha entre os chamadores permitidos.",
    },
    allowed_callers: SettingText {
        label: "Chamadores permitidos",
        help: "As aplicações que podem pedir tokens que esta lê, por ID de cliente; * são todas.",
    },
    may_exchange_for: SettingText {
        label: "Pode trocar tokens para",
        help: "As APIs para as quais ela pode trocar um token que lhe foi enviado (RFC 8693), com a concessão para isso; por URL ou ID de cliente, como os destinatários.",
    },
    token_ttl: SettingText {
        label: "Duração dos tokens de acesso",
        help: "Quanto tempo vivem os seus tokens de acesso.",
    },
    token_format: SettingText {
        label: "Formato dos tokens (typ)",
        help: "O typ dos seus tokens de acesso e dos que ela lê. O que as APIs de um token dizem tem precedência.",
    },
    access: SettingText { label: "Quem pode usá-la", help: "Quem pode usá-la." },
    allowed_groups: SettingText {
        label: "Grupos permitidos",
        help: "Os grupos cujos membros podem usá-la, quando são os grupos que decidem.",
    },
    require: SettingText {
        label: "Início de sessão exigido",
        help: "Como é preciso iniciar sessão nela. Quem não tem chave de acesso acrescenta uma depois de iniciar sessão por e-mail.",
    },
    visible_groups: SettingText {
        label: "Grupos que ela vê",
        help: "Os grupos que ela vê entre os de uma pessoa; se nenhum for nomeado, vê todos.",
    },
    groups_claim: SettingText {
        label: "Nome do dado com os grupos",
        help: "Como se chama o dado (claim) com os grupos de uma pessoa.",
    },
    groups_in_access_token: SettingText {
        label: "Grupos nos tokens de acesso",
        help: "Se os seus tokens de acesso também trazem os grupos de uma pessoa, quando o escopo groups é concedido.",
    },
    claims: SettingText {
        label: "Claims próprios",
        help: "Os claims que os atributos das pessoas são só para ela, um por linha: atributo=claim, como department=dept.",
    },
    id_token_claims: SettingText {
        label: "Conteúdo dos tokens de identidade",
        help: "O que os seus tokens de identidade dizem de uma pessoa. Os pequenos convêm a programas que os guardam em um cookie.",
    },
    signing_algorithm: SettingText {
        label: "Algoritmo de assinatura",
        help: "Com que são assinados os seus tokens. RS256 é entendido em toda parte, os outros são mais curtos ou mais rápidos.",
    },
    dpop_bound: SettingText {
        label: "Tokens vinculados (DPoP)",
        help: "Se os seus tokens são vinculados a uma chave que ela prova ter (DPoP), para que ninguém mais possa usá-los.",
    },
    federated: SettingText {
        label: "Cargas de trabalho de outros emissores",
        help: "As cargas de trabalho que são esta aplicação: é reconhecida pelos tokens delas, em vez de um segredo.",
    },
    jwks: SettingText {
        label: "Chaves públicas",
        help: "Chaves públicas (RFC 7517) para se autenticar, em vez de um segredo.",
    },
    jwks_uri: SettingText {
        label: "Endereço das suas chaves públicas",
        help: "Onde ela publica as suas chaves públicas, em vez de registrá-las aqui. São lidas de novo a cada cinco minutos.",
    },
    assertion_audience: SettingText {
        label: "Destinatário das asserções de cliente",
        help: "O que as suas asserções de cliente têm de ter como aud.",
    },
    description: SettingText {
        label: "Descrição",
        help: "O que ela é, em uma frase: lê-se ao iniciar sessão e ao consentir.",
    },
    client_uri: SettingText {
        label: "Página inicial",
        help: "A sua página inicial, a que levam as páginas de início de sessão e de consentimento, e a página da conta de quem pode usá-la.",
    },
    logo_uri: SettingText {
        label: "Imagem",
        help: "A sua imagem: PNG, JPEG, WebP ou SVG de no máximo 256 KB. Este servidor a obtém e mostra uma cópia própria.",
    },
    tos_uri: SettingText {
        label: "Termos de uso",
        help: "Os seus termos de uso, a que levam as páginas de início de sessão e de consentimento.",
    },
    policy_uri: SettingText {
        label: "Política de privacidade",
        help: "O que ela faz com dados pessoais; as páginas de início de sessão e de consentimento levam até lá.",
    },
    first_party: SettingText {
        label: "Aplicação do operador",
        help: "Se ela pertence ao operador deste servidor, de modo que não se pede o consentimento dos usuários.",
    },
    pkce: SettingText {
        label: "Proteção do código (PKCE)",
        help: "Se as suas solicitações têm de trazer PKCE, que protege o código no caminho de volta à aplicação.",
    },
    link_mode: SettingText {
        label: "Links nos e-mails de início de sessão",
        help: "O que fazem os links dos seus e-mails, quando a própria aplicação pediu o e-mail.",
    },
    unknown_account: SettingText {
        label: "Endereços sem conta",
        help: "O que ela fica sabendo quando pede um e-mail para um endereço sem conta.",
    },
    values: ValueTexts {
        scope_policy_narrow: "Deixá-los de fora; a resposta diz o que foi concedido",
        scope_policy_strict: "Recusar a solicitação",
        grants_client_credentials: "Tokens para si mesma, com o próprio segredo (client_credentials)",
        grants_authorization_code: "As pessoas iniciam sessão no navegador (authorization_code)",
        grants_refresh_token: "Manter a sessão sem perguntar de novo (refresh_token)",
        grants_device_code: "As pessoas permitem em outro dispositivo (device_code)",
        grants_token_exchange: "Repassar solicitações em nome de quem as enviou (token-exchange)",
        grants_jwt_bearer: "Obter tokens pela asserção de um emissor de confiança (jwt-bearer)",
        grants_login_code: "As pessoas escrevem na aplicação um código do e-mail (login-code)",
        token_format_rfc9068: "RFC 9068: typ é at+jwt",
        token_format_plain: "Simples: typ é JWT, para verificadores que não conhecem nada mais novo",
        access_everybody: "Qualquer pessoa com uma conta aqui",
        access_groups: "Membros dos grupos permitidos",
        access_owners: "Os seus proprietários",
        require_any: "Por e-mail ou com uma chave de acesso",
        require_passkey: "Com uma chave de acesso",
        id_token_claims_all: "Tudo o que os seus escopos permitem",
        id_token_claims_sub_only: "Quem é (sub), e o resto em userinfo",
        assertion_audience_issuer_or_endpoint: "O emissor ou o endpoint de tokens, e nada mais",
        assertion_audience_issuer: "Somente o emissor",
        pkce_by_type: "Depende do tipo: exigido para spa e native",
        pkce_required: "Exigido",
        link_mode_auto: "Automático: imediatamente se a aplicação reconhece o próprio navegador, senão depois de um botão",
        link_mode_direct: "Direto: sempre imediatamente",
        link_mode_confirm: "Confirmar: sempre depois de um botão",
        unknown_account_reject: "Recusar: dizer que não existe tal conta",
        unknown_account_conceal: "Ocultar: responder como se existisse",
    },
};
