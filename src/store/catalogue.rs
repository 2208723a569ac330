//! The scopes and resources of the configuration.

use serde_json::json;

use super::StoreError;
use super::engine::{Record, Row, Store, Transaction, sql};
use super::row::TableRow;
use crate::domain::catalogue::{Catalogue, ForeignServer, NamedScope, Resource, ResourceAccess};

impl Record for NamedScope {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self { name: row.column("name")?, description: row.column("description")? })
    }
}

impl Record for Resource {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        let row = TableRow::of(row, "resources", "identifier")?;
        let access = if row.plain("is_open")? { ResourceAccess::Open } else { ResourceAccess::Registered };
        Ok(Self {
            identifier: row.parsed("identifier")?,
            name: row.plain("name")?,
            scope: row.parsed("scope")?,
            access,
            token_format: row.parsed_if_any("format")?,
            application: row.parsed_if_any("application")?,
            authorization_server: authorization_server(&row)?,
        })
    }
}

fn authorization_server(row: &TableRow<'_>) -> Result<Option<ForeignServer>, StoreError> {
    let Some(issuer) = row.plain("issuer")? else { return Ok(None) };
    let client_ids: Option<String> = row.plain("client_ids")?;
    let corrupt = || row.corrupt("client_ids must be a JSON object of text");
    let client_ids = client_ids.map(|json| serde_json::from_str(&json).map_err(|_| corrupt())).transpose()?;
    Ok(Some(ForeignServer { issuer, client_ids: client_ids.unwrap_or_default() }))
}

impl Store {
    /// All named scopes and resources.
    pub async fn catalogue(&self) -> Result<Catalogue, StoreError> {
        Ok(Catalogue {
            scopes: self.fetch_all(sql("select name, description from scopes order by name")).await?,
            resources: self.fetch_all(sql("select * from resources order by identifier")).await?,
        })
    }
}

impl Transaction {
    /// Replaces all of them.
    pub async fn catalogue_replace(&mut self, catalogue: &Catalogue) -> Result<(), StoreError> {
        self.execute(sql("delete from scopes")).await?;
        self.execute(sql("delete from resources")).await?;
        for scope in &catalogue.scopes {
            let insert = sql("insert into scopes (name, description) values ($1, $2)");
            self.execute(insert.bind(scope.name.as_str()).bind(scope.description.as_str())).await?;
        }
        for resource in &catalogue.resources {
            let insert = sql("insert into resources (identifier, name, scope, is_open, format, application, issuer, \
                 client_ids) values ($1, $2, $3, $4, $5, $6, $7, $8)");
            let insert = insert.bind(resource.identifier.as_str()).bind(resource.name.as_str());
            let insert = insert.bind(resource.scope.to_string()).bind(resource.is_open());
            let insert = insert.bind(resource.token_format.map(|format| format.name().to_owned()));
            let insert = insert.bind(resource.application.as_ref().map(ToString::to_string));
            let server = resource.authorization_server.as_ref();
            let insert = insert.bind(server.map(|server| server.issuer.clone()));
            let insert = insert.bind(server.map(|server| json!(server.client_ids).to_string()));
            self.execute(insert).await?;
        }
        Ok(())
    }
}
