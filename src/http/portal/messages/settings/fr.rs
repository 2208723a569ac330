//! French.

use super::{SettingText, SettingTexts, ValueTexts};

/// The settings in French.
pub(in crate::http::portal::messages) const FR: SettingTexts = SettingTexts {
    name: SettingText {
        label: "Nom",
        help: "Pour les personnes : elles le voient quand elles se connectent, et dans leurs e-mails.",
    },
    redirect_uris: SettingText {
        label: "URI de redirection",
        help: "Où les utilisateurs peuvent être renvoyés après s’être connectés, comparé caractère par caractère.",
    },
    scopes: SettingText { label: "Scopes demandables", help: "Ce qu’elle peut demander." },
    default_scopes: SettingText {
        label: "Scopes par défaut",
        help: "Ce qu’elle obtient quand elle ne demande rien de précis.",
    },
    scope_policy: SettingText {
        label: "Scopes qu’elle ne peut pas avoir",
        help: "Ce que deviennent les scopes qu’elle demande sans y avoir droit.",
    },
    grants: SettingText {
        label: "Ce qu’elle peut faire",
        help: "Les types d’autorisation (grants) qu’elle peut utiliser.",
    },
    post_logout_redirect_uris: SettingText {
        label: "Adresses après la déconnexion",
        help: "Où les utilisateurs peuvent être renvoyés après s’être déconnectés.",
    },
    backchannel_logout_uri: SettingText {
        label: "Adresse pour les jetons de déconnexion",
        help: "Où elle apprend que la session d’une personne est terminée (OIDC Back-Channel Logout). Ce serveur y envoie un jeton signé, même si le navigateur de la personne est fermé.",
    },
    backchannel_logout_session_required: SettingText {
        label: "Les jetons de déconnexion nomment une session",
        help: "Si elle doit savoir quelle session est terminée. Elle n’apprend alors que la fin de sessions précises, et non la fin de tout ce qu’elle a obtenu d’une personne.",
    },
    initiate_login_uri: SettingText {
        label: "Adresse où commence une connexion",
        help: "Où commence une connexion (OIDC Core §4), pour ceux qui viennent de la page de leur compte ; passe avant la page d’accueil.",
    },
    audiences: SettingText {
        label: "Audiences demandables",
        help: "Les API pour lesquelles elle peut demander des jetons par les paramètres resource et audience, en plus d’elle-même : chacune par son URL, ou par l’identifiant client d’une application qui l’a parmi ses appelants autorisés.",
    },
    allowed_callers: SettingText {
        label: "Appelants autorisés",
        help: "Les applications qui peuvent demander des jetons que celle-ci lit, par identifiant client ; * les désigne toutes.",
    },
    may_exchange_for: SettingText {
        label: "Peut échanger des jetons pour",
        help: "Les API pour lesquelles elle peut échanger un jeton reçu (RFC 8693), si elle a l’autorisation pour cela ; par URL ou identifiant client, comme les audiences.",
    },
    token_ttl: SettingText {
        label: "Durée de vie des jetons d’accès",
        help: "Combien de temps vivent ses jetons d’accès.",
    },
    token_format: SettingText {
        label: "Format des jetons (typ)",
        help: "Le typ de ses jetons d’accès et de ceux qu’elle lit. Ce que disent les API d’un jeton passe avant.",
    },
    access: SettingText { label: "Qui peut l’utiliser", help: "Qui peut l’utiliser." },
    allowed_groups: SettingText {
        label: "Groupes autorisés",
        help: "Les groupes dont les membres peuvent l’utiliser, quand les groupes décident.",
    },
    require: SettingText {
        label: "Connexion exigée",
        help: "Comment il faut s’y connecter. Qui n’a pas de clé d’accès en ajoute une après une connexion par e-mail.",
    },
    visible_groups: SettingText {
        label: "Groupes qu’elle voit",
        help: "Les groupes qu’elle voit parmi ceux d’une personne ; si aucun n’est nommé, elle les voit tous.",
    },
    groups_claim: SettingText {
        label: "Nom de l’information avec les groupes",
        help: "Comment s’appelle l’information (claim) qui contient les groupes d’une personne.",
    },
    groups_in_access_token: SettingText {
        label: "Groupes dans les jetons d’accès",
        help: "Si ses jetons d’accès contiennent aussi les groupes d’une personne, quand le scope groups est accordé.",
    },
    claims: SettingText {
        label: "Claims qui lui sont propres",
        help: "Les claims que les attributs des personnes sont pour elle seule, un par ligne : attribut=claim, par exemple department=dept.",
    },
    id_token_claims: SettingText {
        label: "Contenu des jetons d’identité",
        help: "Ce que ses jetons d’identité disent d’une personne. Les petits conviennent aux programmes qui les gardent dans un cookie.",
    },
    signing_algorithm: SettingText {
        label: "Algorithme de signature",
        help: "Ce qui signe ses jetons. RS256 est compris partout, les autres sont plus courts ou plus rapides.",
    },
    dpop_bound: SettingText {
        label: "Jetons liés (DPoP)",
        help: "Si ses jetons sont liés à une clé qu’elle prouve détenir (DPoP), pour que personne d’autre ne puisse s’en servir.",
    },
    federated: SettingText {
        label: "Charges de travail d’autres émetteurs",
        help: "Les charges de travail qui sont cette application : on la reconnaît à leurs jetons, au lieu d’un secret.",
    },
    jwks: SettingText {
        label: "Clés publiques",
        help: "Des clés publiques (RFC 7517) pour s’authentifier, au lieu d’un secret.",
    },
    jwks_uri: SettingText {
        label: "Adresse de ses clés publiques",
        help: "Où elle publie ses clés publiques, au lieu de les enregistrer ici. Elles sont relues toutes les cinq minutes.",
    },
    assertion_audience: SettingText {
        label: "Audience des assertions client",
        help: "Ce que ses assertions client doivent avoir comme aud.",
    },
    description: SettingText {
        label: "Descriptif",
        help: "Ce qu’elle est, en une phrase : on la lit en se connectant et en donnant son accord.",
    },
    client_uri: SettingText {
        label: "Page d’accueil",
        help: "Sa page d’accueil, vers laquelle mènent les pages de connexion et d’accord, et la page de compte de ceux qui peuvent l’utiliser.",
    },
    logo_uri: SettingText {
        label: "Image",
        help: "Son image : PNG, JPEG, WebP ou SVG de 256 Ko au plus. Ce serveur la récupère et en montre sa propre copie.",
    },
    tos_uri: SettingText {
        label: "Conditions d’utilisation",
        help: "Ses conditions d’utilisation, vers lesquelles mènent les pages de connexion et d’accord.",
    },
    policy_uri: SettingText {
        label: "Politique de confidentialité",
        help: "Ce qu’elle fait des données personnelles ; les pages de connexion et d’accord y mènent.",
    },
    first_party: SettingText {
        label: "Application de l’exploitant",
        help: "Si elle appartient à l’exploitant de ce serveur, de sorte qu’on ne demande pas l’accord de ses utilisateurs.",
    },
    pkce: SettingText {
        label: "Protection du code (PKCE)",
        help: "Si ses requêtes doivent contenir PKCE, qui protège le code sur le chemin du retour.",
    },
    link_mode: SettingText {
        label: "Liens dans les e-mails de connexion",
        help: "Ce que font les liens de ses e-mails, quand l’application elle-même a demandé l’e-mail.",
    },
    unknown_account: SettingText {
        label: "Adresses sans compte",
        help: "Ce qu’elle apprend quand elle demande un e-mail pour une adresse sans compte.",
    },
    values: ValueTexts {
        scope_policy_narrow: "Les laisser de côté ; la réponse dit ce qui a été accordé",
        scope_policy_strict: "Refuser la requête",
        grants_client_credentials: "Des jetons pour elle-même, avec son propre secret (client_credentials)",
        grants_authorization_code: "Les personnes se connectent dans leur navigateur (authorization_code)",
        grants_refresh_token: "Rester connecté sans redemander (refresh_token)",
        grants_device_code: "Les personnes l’autorisent sur un autre appareil (device_code)",
        grants_token_exchange: "Transmettre des requêtes au nom de qui les a envoyées (token-exchange)",
        grants_jwt_bearer: "Obtenir des jetons sur l’assertion d’un émetteur de confiance (jwt-bearer)",
        grants_login_code: "Les personnes saisissent dans l’application un code reçu par e-mail (login-code)",
        token_format_rfc9068: "RFC 9068 : typ est at+jwt",
        token_format_plain: "Simple : typ est JWT, pour les vérificateurs qui ne connaissent rien de plus récent",
        access_everybody: "Toute personne ayant un compte ici",
        access_groups: "Les membres des groupes autorisés",
        access_owners: "Ses propriétaires",
        require_any: "Par e-mail ou avec une clé d’accès",
        require_passkey: "Avec une clé d’accès",
        id_token_claims_all: "Tout ce que ses scopes permettent",
        id_token_claims_sub_only: "Qui c’est (sub), et le reste auprès de userinfo",
        assertion_audience_issuer_or_endpoint: "L’émetteur ou le point d’accès des jetons, et rien d’autre",
        assertion_audience_issuer: "L’émetteur seul",
        pkce_by_type: "Selon le type : exigé pour spa et native",
        pkce_required: "Exigé",
        link_mode_auto: "Automatique : aussitôt si l’application reconnaît son propre navigateur, sinon après un bouton",
        link_mode_direct: "Direct : toujours aussitôt",
        link_mode_confirm: "Confirmer : toujours après un bouton",
        unknown_account_reject: "Refuser : dire qu’il n’y a pas de tel compte",
        unknown_account_conceal: "Masquer : répondre comme s’il y en avait un",
    },
};
