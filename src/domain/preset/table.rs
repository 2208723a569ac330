//! The table. `docs/applications.md` tells of each what is to be set on its side.

use super::Preset;

const NOTHING: Preset = Preset {
    name: "",
    label: "",
    redirects: &[],
    on_loopback: &[],
    after_logout: &[],
    scopes: "openid profile email",
    groups_claim: None,
};

const WITH_GROUPS: &str = "openid profile email groups";

/// Every application that is known, by its label.
pub const PRESETS: &[Preset] = &[
    Preset {
        name: "argocd",
        label: "Argo CD",
        redirects: &["/auth/callback"],
        on_loopback: &["http://localhost:8085/auth/callback"],
        after_logout: &["/applications"],
        scopes: WITH_GROUPS,
        ..NOTHING
    },
    Preset {
        name: "gitea",
        label: "Gitea and Forgejo",
        redirects: &["/user/oauth2/gatepost/callback"],
        scopes: WITH_GROUPS,
        ..NOTHING
    },
    Preset {
        name: "grafana",
        label: "Grafana",
        redirects: &["/login/generic_oauth"],
        after_logout: &["/login"],
        scopes: "openid profile email groups offline_access",
        ..NOTHING
    },
    Preset {
        name: "immich",
        label: "Immich",
        redirects: &["/auth/login", "/user-settings", "/api/oauth/mobile-redirect"],
        after_logout: &["/auth/login"],
        ..NOTHING
    },
    Preset {
        name: "jupyterhub",
        label: "JupyterHub",
        redirects: &["/hub/oauth_callback"],
        after_logout: &["/hub/login"],
        scopes: WITH_GROUPS,
        ..NOTHING
    },
    Preset {
        name: "keycloak",
        label: "Keycloak as a broker",
        redirects: &["/realms/master/broker/gatepost/endpoint"],
        after_logout: &["/realms/master/broker/gatepost/endpoint/logout_response"],
        scopes: WITH_GROUPS,
        ..NOTHING
    },
    Preset {
        name: "miniflux",
        label: "Miniflux",
        redirects: &["/oauth2/oidc/callback"],
        scopes: WITH_GROUPS,
        ..NOTHING
    },
    Preset {
        name: "minio",
        label: "MinIO",
        redirects: &["/oauth_callback"],
        scopes: WITH_GROUPS,
        groups_claim: Some("policy"),
        ..NOTHING
    },
    Preset {
        name: "mlflow",
        label: "MLflow",
        redirects: &["/callback"],
        after_logout: &["/oidc/ui/auth"],
        scopes: WITH_GROUPS,
        ..NOTHING
    },
    Preset {
        name: "nextcloud",
        label: "Nextcloud",
        redirects: &["/apps/user_oidc/code", "/index.php/apps/user_oidc/code"],
        after_logout: &["/"],
        scopes: WITH_GROUPS,
        ..NOTHING
    },
    Preset {
        name: "oauth2-proxy",
        label: "oauth2-proxy",
        redirects: &["/oauth2/callback"],
        after_logout: &["/"],
        scopes: WITH_GROUPS,
        ..NOTHING
    },
    Preset {
        name: "pgadmin",
        label: "pgAdmin",
        redirects: &["/oauth2/authorize"],
        after_logout: &["/"],
        scopes: WITH_GROUPS,
        ..NOTHING
    },
    Preset {
        name: "proxmox",
        label: "Proxmox VE",
        // It sends its own address and nothing behind it.
        redirects: &[""],
        scopes: WITH_GROUPS,
        ..NOTHING
    },
    Preset {
        name: "spring-boot",
        label: "Spring Boot",
        redirects: &["/login/oauth2/code/gatepost"],
        after_logout: &["/"],
        ..NOTHING
    },
    Preset {
        name: "vault",
        label: "Vault and OpenBao",
        redirects: &["/ui/vault/auth/oidc/oidc/callback"],
        on_loopback: &["http://localhost:8250/oidc/callback"],
        scopes: WITH_GROUPS,
        ..NOTHING
    },
];
