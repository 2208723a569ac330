//! Polish.

use super::{SettingText, SettingTexts, ValueTexts};

/// The settings in Polish.
pub(in crate::http::portal::messages) const PL: SettingTexts = SettingTexts {
    name: SettingText { label: "Nazwa", help: "Dla ludzi: widzą ją podczas logowania i w wiadomościach." },
    redirect_uris: SettingText {
        label: "Adresy przekierowania",
        help: "Dokąd można wrócić po zalogowaniu, porównywane znak po znaku.",
    },
    scopes: SettingText { label: "Zakresy", help: "O co może prosić." },
    default_scopes: SettingText { label: "Zakresy domyślne", help: "Co otrzymuje, gdy nie prosi o nic konkretnego." },
    scope_policy: SettingText {
        label: "Zakresy, których mieć nie może",
        help: "Co dzieje się z zakresami, o które prosi, a których mieć nie może.",
    },
    grants: SettingText { label: "Co może robić", help: "Uprawnienia (granty), których może używać." },
    post_logout_redirect_uris: SettingText {
        label: "Adresy po wylogowaniu",
        help: "Dokąd można wrócić po wylogowaniu.",
    },
    backchannel_logout_uri: SettingText {
        label: "Adres dla tokenów wylogowania",
        help: "Gdzie dowiaduje się, że sesja osoby się zakończyła (OIDC Back-Channel Logout). Ten serwer wysyła tam podpisany token, także gdy przeglądarka tej osoby jest zamknięta.",
    },
    backchannel_logout_session_required: SettingText {
        label: "Tokeny wylogowania wskazują sesję",
        help: "Czy musi wiedzieć, która sesja się zakończyła. Wtedy dowiaduje się tylko o pojedynczych sesjach, a nie o końcu wszystkiego, co kiedykolwiek otrzymała od osoby.",
    },
    initiate_login_uri: SettingText {
        label: "Adres rozpoczynający logowanie",
        help: "Gdzie zaczyna się logowanie do niej (OIDC Core §4), dla osób, które przychodzą ze strony swojego konta; ma pierwszeństwo przed stroną główną.",
    },
    audiences: SettingText {
        label: "Odbiorcy",
        help: "Interfejsy API, dla których może prosić o tokeny parametrami resource i audience, oprócz siebie samej: każdy przez adres URL albo identyfikator klienta aplikacji, która ma ją wśród dozwolonych wywołujących.",
    },
    allowed_callers: SettingText {
        label: "Dozwoleni wywołujący",
        help: "Aplikacje, które mogą prosić o tokeny odczytywane przez tę, według identyfikatora klienta; * to każda.",
    },
    may_exchange_for: SettingText {
        label: "Może wymieniać tokeny dla",
        help: "Interfejsy API, dla których może wymienić otrzymany token (RFC 8693), jeśli ma do tego uprawnienie; przez adres URL lub identyfikator klienta, jak odbiorcy.",
    },
    token_ttl: SettingText {
        label: "Ważność tokenów dostępu", help: "Jak długo ważne są jej tokeny dostępu."
    },
    token_format: SettingText {
        label: "Format tokenów (typ)",
        help: "Wartość typ jej tokenów dostępu i tych, które odczytuje. Pierwszeństwo ma to, co mówią interfejsy API tokenu.",
    },
    access: SettingText { label: "Kto może jej używać", help: "Kto może jej używać." },
    allowed_groups: SettingText {
        label: "Dozwolone grupy",
        help: "Grupy, których członkowie mogą jej używać, gdy decydują grupy.",
    },
    require: SettingText {
        label: "Wymagane logowanie",
        help: "Jak trzeba się do niej logować. Kto nie ma klucza dostępu, dodaje go po zalogowaniu przez e-mail.",
    },
    visible_groups: SettingText {
        label: "Grupy, które widzi",
        help: "Grupy, które widzi spośród grup danej osoby; jeśli żadnej nie podano, widzi wszystkie.",
    },
    groups_claim: SettingText {
        label: "Nazwa informacji z grupami",
        help: "Jak nazywa się informacja (claim) z grupami osoby.",
    },
    groups_in_access_token: SettingText {
        label: "Grupy w tokenach dostępu",
        help: "Czy także jej tokeny dostępu zawierają grupy osoby, gdy przyznano zakres groups.",
    },
    claims: SettingText {
        label: "Własne claimy",
        help: "Claimy, którymi atrybuty osób są tylko dla niej, po jednym w wierszu: atrybut=claim, np. department=dept.",
    },
    id_token_claims: SettingText {
        label: "Treść tokenów tożsamości",
        help: "Co jej tokeny tożsamości mówią o osobie. Małe pasują do programów, które trzymają je w pliku cookie.",
    },
    signing_algorithm: SettingText {
        label: "Algorytm podpisu",
        help: "Czym podpisuje się jej tokeny. RS256 jest rozumiany wszędzie, pozostałe są krótsze lub szybsze.",
    },
    dpop_bound: SettingText {
        label: "Tokeny związane (DPoP)",
        help: "Czy jej tokeny są związane z kluczem, którego posiadania dowodzi (DPoP), aby nikt inny nie mógł ich użyć.",
    },
    federated: SettingText {
        label: "Zadania innych wystawców",
        help: "Zadania, które są tą aplikacją: rozpoznaje się ją po ich tokenach zamiast po sekrecie.",
    },
    jwks: SettingText {
        label: "Klucze publiczne",
        help: "Klucze publiczne (RFC 7517) do uwierzytelniania zamiast sekretu.",
    },
    jwks_uri: SettingText {
        label: "Adres jej kluczy publicznych",
        help: "Gdzie publikuje klucze publiczne, zamiast rejestrować je tutaj. Są odczytywane ponownie co pięć minut.",
    },
    assertion_audience: SettingText {
        label: "Odbiorca asercji klienta",
        help: "Co jej asercje klienta muszą mieć jako aud.",
    },
    description: SettingText {
        label: "Opis",
        help: "Czym jest, w jednym zdaniu: czyta się je przy logowaniu i udzielaniu zgody.",
    },
    client_uri: SettingText {
        label: "Strona główna",
        help: "Jej strona główna, do której prowadzą strony logowania i zgody oraz strona konta osób, które mogą jej używać.",
    },
    logo_uri: SettingText {
        label: "Obraz",
        help: "Jej obraz: PNG, JPEG, WebP lub SVG o rozmiarze do 256 KB. Ten serwer pobiera go i pokazuje własną kopię.",
    },
    tos_uri: SettingText {
        label: "Warunki korzystania",
        help: "Jej warunki korzystania, do których prowadzą strony logowania i zgody.",
    },
    policy_uri: SettingText {
        label: "Polityka prywatności",
        help: "Co robi z danymi osobowymi; prowadzą do niej strony logowania i zgody.",
    },
    first_party: SettingText {
        label: "Własna aplikacja operatora",
        help: "Czy należy do operatora tego serwera, tak że jej użytkowników nie pyta się o zgodę.",
    },
    pkce: SettingText {
        label: "Ochrona kodu (PKCE)",
        help: "Czy jej żądania muszą zawierać PKCE, które chroni kod w drodze powrotnej do aplikacji.",
    },
    link_mode: SettingText {
        label: "Linki w wiadomościach logowania",
        help: "Co robią linki w jej wiadomościach, gdy o wiadomość poprosiła sama aplikacja.",
    },
    unknown_account: SettingText {
        label: "Adresy bez konta",
        help: "Czego się dowiaduje, gdy prosi o wiadomość na adres bez konta.",
    },
    values: ValueTexts {
        scope_policy_narrow: "Pominąć je; odpowiedź mówi, co przyznano",
        scope_policy_strict: "Odrzucić żądanie",
        grants_client_credentials: "Tokeny dla siebie, dzięki własnemu sekretowi (client_credentials)",
        grants_authorization_code: "Ludzie logują się w przeglądarce (authorization_code)",
        grants_refresh_token: "Pozostać zalogowanym bez ponownego pytania (refresh_token)",
        grants_device_code: "Ludzie zezwalają na innym urządzeniu (device_code)",
        grants_token_exchange: "Przekazywanie żądań w imieniu tego, kto je wysłał (token-exchange)",
        grants_jwt_bearer: "Otrzymywanie tokenów na podstawie asercji zaufanego wystawcy (jwt-bearer)",
        grants_login_code: "Ludzie wpisują w aplikacji kod z wiadomości (login-code)",
        token_format_rfc9068: "RFC 9068: typ to at+jwt",
        token_format_plain: "Zwykły: typ to JWT, dla weryfikatorów, które nie znają nic nowszego",
        access_everybody: "Każdy, kto ma tu konto",
        access_groups: "Członkowie dozwolonych grup",
        access_owners: "Jej właściciele",
        require_any: "Przez e-mail lub kluczem dostępu",
        require_passkey: "Kluczem dostępu",
        id_token_claims_all: "Wszystko, na co pozwalają jej zakresy",
        id_token_claims_sub_only: "Kto to jest (sub), a reszta w userinfo",
        assertion_audience_issuer_or_endpoint: "Wystawca lub punkt tokenów i nic innego",
        assertion_audience_issuer: "Sam wystawca",
        pkce_by_type: "Zależnie od typu: wymagane dla spa i native",
        pkce_required: "Wymagane",
        link_mode_auto: "Automatycznie: od razu, jeśli aplikacja rozpoznaje własną przeglądarkę, w przeciwnym razie po naciśnięciu przycisku",
        link_mode_direct: "Bezpośrednio: zawsze od razu",
        link_mode_confirm: "Potwierdzenie: zawsze po naciśnięciu przycisku",
        unknown_account_reject: "Odrzucić: powiedzieć, że nie ma takiego konta",
        unknown_account_conceal: "Ukryć: odpowiedzieć tak, jakby było",
    },
};
